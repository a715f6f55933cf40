// The trace page with a script: no question while the page is hidden, focus on what was opened, and the replay.
// Without it every hop, tab and step is a link, and the page says when to look again.
const trace = () => document.getElementById("trace");
const find = (selector) => trace()?.querySelector(selector);
let timer = 0;
let isLeaving = false;

// Live: a hidden page asks nothing. It asks again when somebody looks. Nor does one that is on the way to another hop:
// the answer would come after it, and put back what was left.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "live" && (document.hidden || isLeaving)) event.preventDefault();
  if (!event.detail.boosted) return;
  isLeaving = true;
  const live = document.getElementById("live");
  if (live) htmx.trigger(live, "htmx:abort");
});
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.boosted) isLeaving = false; });
document.addEventListener("visibilitychange", () => {
  const live = document.getElementById("live");
  if (live && !document.hidden) live.dispatchEvent(new Event("wake"));
});

// At the live gate: what waits is in view, however long the flow was until now.
function showWaiting() { document.querySelector(".hop--waiting")?.scrollIntoView({ block: "nearest" }); }

// A hop that was opened: its heading has the focus, so that whoever listens hears it.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.boosted) find("#hop")?.focus({ preventScroll: true });
  showWaiting();
  show();
});

// Replay: pressing Next, again and again.
function isPlaying() { return timer !== 0; }

function pause() {
  clearTimeout(timer);
  timer = 0;
  show();
}

function step() {
  const next = find("[data-player=next]");
  if (!next) return pause();
  next.click();
  timer = setTimeout(step, Number(find("[data-player-speed] select").value));
}

// The tape plays by itself, slowly enough to talk over; whoever presses a key goes on by hand.
function playTape() {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches || document.documentElement.dataset.motion;
  if (!trace()?.hasAttribute("data-tape-plays") || isCalm) return;
  show.speed = "4000";
  play();
}

function play() {
  // From the first hop, unless one was opened: a page that follows its flow would go to the newest instead.
  const isOpened = new URLSearchParams(location.search).has("hop");
  if (!isOpened || !find("[data-player=next]")) find(".hop__link")?.click();
  timer = setTimeout(step, 700);
  show();
}

function show() {
  const button = find("[data-player=play]");
  if (!button) return;
  button.hidden = find("[data-player-speed]").hidden = false;
  button.textContent = isPlaying() ? "Pause" : "Play";
  const speed = find("[data-player-speed] select");
  speed.value = show.speed ?? speed.value;
  trace().classList.toggle("trace--playing", isPlaying());
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-player=play]")) isPlaying() ? pause() : play();
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-player-speed]")) show.speed = event.target.value;
});

// Single keys work where somebody wants them (WCAG 2.2, 2.1.4): in stage mode, by the settings, or by the focus being
// in here; and nowhere once they are switched off there.
const KEYS = {
  " ": () => (find("[data-player=next]") ?? document.querySelector("#next-call:not([aria-disabled])"))?.click(),
  "shift ": () => find("[data-player=back]")?.click(),
  ".": () => trace()?.classList.toggle("trace--spotlight"),
};
const wanted = document.documentElement.dataset.shortcuts;
document.addEventListener("keydown", (event) => {
  const { target } = event;
  const isOn = wanted === "on" || (wanted !== "off" && trace()?.contains(target));
  if (!isOn || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.closest("button, input, select, textarea, summary, [contenteditable]")) return;
  const act = KEYS[(event.shiftKey ? "shift" : "") + event.key] ?? KEYS[event.key];
  const stepLink = /^[1-4]$/.test(event.key) && find(`[data-step="${event.key}"]`);
  if (!act && !stepLink) return;
  event.preventDefault();
  pause();
  stepLink ? stepLink.click() : act();
});

// Home and End, which are no letters, lead to both ends from the diagram and from its controls; a choice keeps its own.
document.addEventListener("keydown", (event) => {
  const end = { Home: "first", End: "last" }[event.key];
  const isIn = trace() && event.target.closest(".diagram, .detail__head") && !event.target.closest("select");
  if (!end || !isIn || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault();
  pause();
  find(`[data-player=${end}]`)?.click();
});

showWaiting();
show();
playTape();

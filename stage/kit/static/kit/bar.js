// The stage's bar: the world's clock goes on, a toast leaves when its time is up, and, for whoever wants them, keys.

const shown = document.querySelector("[data-clock]");
if (shown) {
  const world = Date.parse(shown.dateTime);
  const opened = performance.now();
  setInterval(() => {
    shown.textContent = new Date(world + performance.now() - opened).toISOString().slice(11, 16);
  }, 5000);
}

const toast = document.querySelector("[data-toast]");
if (toast) setTimeout(() => toast.remove(), 30000);

// Keys. "g", then a letter, leads to a place: off unless a person has turned it on (WCAG 2.2, 2.1.4), for somebody who
// speaks to her computer would travel about. On the stage "t" plays the tape, the last flow that went well, and "b"
// blanks the screen until it is pressed again; in a frame that is for the page around it to do.
const places = document.querySelector("[data-keys]");
const tape = document.querySelector("[data-tape]");

function blank() { document.documentElement.toggleAttribute("data-blank"); }
addEventListener("message", (event) => { if (event.data === "blank" && tape) blank(); });

const STAGE_KEYS = { t: () => tape.click(), b: () => (window === parent ? blank() : parent.postMessage("blank", "*")) };
let last = "";
if (places || tape) document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (places && last === "g") document.querySelector(`[data-key=${CSS.escape(event.key)}]:is(a), [data-key=${CSS.escape(event.key)}] > a`)?.click();
  else if (tape) STAGE_KEYS[event.key]?.();
  last = event.key;
});

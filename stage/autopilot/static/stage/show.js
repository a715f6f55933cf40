// The split view with a script: its bar and bands tell of the world as it is now, whoever changed it, and a button of
// the bar leaves both panes where they are. Without it each button loads the page anew, panes and all, and the panes
// have bands of their own.
const EVERY = 2000; // milliseconds
const RELOADS = ["reset", "undo"]; // another world begins with the opening frame
const FACTS = [".rail__clock", ".rail__tools a[href$='/break']"];

function put(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const fact of FACTS) document.querySelector(fact).innerHTML = fresh.querySelector(fact).innerHTML;
  const bands = document.getElementById("bands");
  const now = fresh.getElementById("bands");
  if (!now) return false;
  for (const link of now.querySelectorAll("a")) link.target = "show-right";
  if (bands.innerHTML !== now.innerHTML) bands.innerHTML = now.innerHTML;
  return true;
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href);
  if (answer.ok) put(await answer.text());
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.id !== "world" || RELOADS.includes(submitter?.value)) return;
  if (new URL(form.action).origin !== location.origin) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, submitter)) });
  const html = await answer.text();
  if (answer.ok) return put(html);
  document.querySelector("main").replaceWith(new DOMParser().parseFromString(html, "text/html").querySelector("main"));
});

document.addEventListener("click", (event) => {
  const pane = event.target.closest("a[target=show-right]");
  if (!pane) return;
  for (const one of document.querySelectorAll(".show__panes a")) one.removeAttribute("aria-current");
  if (pane.closest(".show__panes")) pane.setAttribute("aria-current", "true");
});

for (const frame of document.querySelectorAll("iframe")) frame.addEventListener("load", refresh);
setInterval(refresh, EVERY);

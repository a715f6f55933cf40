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

// "g", then a letter, leads to a place. Off unless a person has turned it on (WCAG 2.2, 2.1.4): somebody who
// speaks to her computer would travel about.
const places = document.querySelector("[data-keys]");
if (places) {
  let last = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (last === "g") document.querySelector(`[data-key=${CSS.escape(event.key)}]:is(a), [data-key=${CSS.escape(event.key)}] > a`)?.click();
    last = event.key;
  });
}

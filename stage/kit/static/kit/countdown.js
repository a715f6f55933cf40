// Counts down what is left of a token: "1:42 left" instead of what the server wrote. The server says how many
// seconds are left, because its clock may be another than this one. Nothing here is announced; whoever wants to say
// something when a token is over hears the event "expired". Who prefers less motion gets a new number less often.

const EVERY = matchMedia("(prefers-reduced-motion: reduce)").matches ? 15 : 1;
const ends = new WeakMap();

function tick() {
  let next = EVERY;
  for (const shown of document.querySelectorAll("[data-seconds-left]")) {
    if (!ends.has(shown)) ends.set(shown, Date.now() + 1000 * Number(shown.dataset.secondsLeft));
    const left = Math.round((ends.get(shown) - Date.now()) / 1000);
    if (left > 0) {
      shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
      next = Math.min(next, left);
    } else {
      shown.textContent = "expired";
      shown.removeAttribute("data-seconds-left");
      shown.dispatchEvent(new Event("expired", { bubbles: true }));
    }
  }
  setTimeout(tick, 1000 * next);
}

tick();

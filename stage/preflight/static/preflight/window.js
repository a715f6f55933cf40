// The twelfth check: does this window fit what stage mode is made for? Measured again whenever its size changes.
const WIDTH = 1280, HEIGHT = 720;
const one = document.querySelector("[data-window]");

function measure() {
  const zoom = outerWidth ? Math.round(outerWidth / innerWidth * 100) : 100;
  const isWell = innerWidth >= WIDTH && innerHeight >= HEIGHT && Math.abs(zoom - 100) < 10;
  const words = `${innerWidth} by ${innerHeight}${Math.abs(zoom - 100) < 10 ? "" : `, zoom about ${zoom} %`}.`;
  one.querySelector("[data-mark]").className = `mark mark--${isWell ? "well" : "ill"}`;
  one.querySelector("[data-found]").textContent = isWell ? `It is ${words}` : `Too small or zoomed: ${words}`;
  one.querySelector("[data-advice]")?.toggleAttribute("hidden", isWell); // the launchpad's strip has none
  one.classList.toggle("preflight__one--ill", !isWell);
}

if (one) {
  measure();
  addEventListener("resize", measure);
}

// The presenter's clock: how long the story has been told, and whether that is late. Without a script the card is
// the same but for it. The start is kept by the browser, and begins anew with the first block.

const clock = document.querySelector("[data-told]");
const begins = Number(clock.dataset.begins);
const LATE = 20; // seconds: docs/presenting.md says what to skip then

if (begins === 0) {
  sessionStorage.setItem("story-began", String(Date.now()));
}
const began = Number(sessionStorage.getItem("story-began")) || Date.now();

function tell() {
  const told = Math.floor((Date.now() - began) / 1000);
  clock.textContent = `Told so far: ${Math.floor(told / 60)}:${String(told % 60).padStart(2, "0")}`;
  clock.toggleAttribute("data-late", told > begins + LATE);
}

clock.hidden = false;
tell();
setInterval(tell, 1000);

// When an access token runs out while its page is open, the page says so: beside the token, and once to whoever
// listens to it. Without this script the page is right when it is loaded.

const status = document.querySelector("[data-status]");

document.addEventListener("expired", (event) => {
  const token = event.target.closest("[data-token]");
  const app = token.closest("[data-app]");
  token.querySelector("[data-works]").hidden = true;
  token.querySelector("[data-expired]").hidden = false;
  const worksStill = app.querySelector("[data-seconds-left]");
  status.textContent = `An access token of ${app.dataset.app} has expired. ${worksStill ? "" : "It has none now."}`;
});

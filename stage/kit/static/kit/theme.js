// The theme switch: system, light, dark, high contrast. A cookie keeps the choice, for cookies ignore ports and so one
// switch serves all four places; the server writes it into the page, which therefore never flashes.
const button = document.querySelector("[data-theme-switch]");
const label = document.querySelector("[data-theme-label]");
const root = document.documentElement;
const NEXT = { system: "light", light: "dark", dark: "contrast", contrast: "system" };

function show(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  label.textContent = `Theme: ${theme}. Change to ${NEXT[theme]}`;
  button.title = `Theme: ${theme}`;
}

if (button) {
  show(root.dataset.theme ?? "system");
  button.hidden = false;
  button.addEventListener("click", () => {
    const theme = NEXT[root.dataset.theme ?? "system"];
    const age = theme === "system" ? 0 : 31536000;
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
    show(theme);
  });
}

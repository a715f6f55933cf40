// "Copy" buttons. Where the clipboard cannot be had (plain http on a LAN), the text is selected instead.

const announcer = document.querySelector("[data-announcer]");

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    text.focus();
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      announcer.textContent = button.textContent = "Copied";
    } catch {
      announcer.textContent = "The text is selected. Copy it with your keyboard.";
    }
  });
}

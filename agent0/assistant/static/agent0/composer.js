// Enter sends, Shift+Enter starts a new line; an empty message is not sent. Without this file the button does.

const words = document.querySelector("[data-composer]");

words?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (words.value.trim()) words.form.requestSubmit();
});

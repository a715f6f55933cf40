// Finds while one types: rows that do not have all the words are hidden, and groups that have no row left.
// Without this the button does the same at the server.
const box = document.querySelector("#q");
const told = document.querySelector("[data-found]");
const none = document.querySelector("[data-none]");
const rows = [...document.querySelectorAll("[data-words]")];
const all = rows.length;

function find() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) row.hidden = !words.every((word) => row.dataset.words.toLowerCase().includes(word));
  for (const group of document.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
  const found = rows.filter((row) => !row.hidden).length;
  told.textContent = `${found} of ${all} faults`;
  none.hidden = found > 0;
}

// What the server has left out cannot be found here.
if (box && told && !box.value) box.addEventListener("input", find);

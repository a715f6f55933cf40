// The policy matrix as a grid (ARIA Authoring Practices, Grid Pattern): one stop for the Tab key, arrow keys from
// cell to cell, Enter or F2 into a cell with its switch and links, Escape out of it. Without this script the same
// buttons and links are simply one after the other.

const grid = document.querySelector("[data-grid]");
const WIDGETS = "a[href], button";

const rows = grid ? [...grid.rows].map((row) => [...row.cells]) : [];
const cells = rows.flat();
let current = null;

function widgetsOf(cell) {
  return [...cell.querySelectorAll(WIDGETS)];
}

// Only what is inside the cell that was entered can be reached by Tab; else the grid would be many stops.
function setOpen(cell, open) {
  for (const widget of widgetsOf(cell)) widget.tabIndex = open ? 0 : -1;
}

function makeCurrent(cell) {
  if (current) current.tabIndex = -1;
  current = cell;
  current.tabIndex = 0;
}

function goTo(cell) {
  makeCurrent(cell);
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function neighbour(cell, key, withControl) {
  const row = rows.findIndex((one) => one.includes(cell));
  const column = rows[row].indexOf(cell);
  const last = (one) => one[one.length - 1];
  switch (key) {
    case "ArrowRight": return rows[row][column + 1];
    case "ArrowLeft": return rows[row][column - 1];
    case "ArrowDown": return rows[row + 1]?.[column];
    case "ArrowUp": return rows[row - 1]?.[column];
    case "Home": return withControl ? rows[0][0] : rows[row][0];
    case "End": return withControl ? last(last(rows)) : last(rows[row]);
  }
}

function onCell(event, cell) {
  const [first] = widgetsOf(cell);
  if ((event.key === "Enter" || event.key === "F2") && first) {
    setOpen(cell, true);
    first.focus();
    return true;
  }
  const next = neighbour(cell, event.key, event.ctrlKey);
  if (next) goTo(next);
  return Boolean(next) || event.key.startsWith("Arrow");
}

function onWidget(event, cell) {
  const widgets = widgetsOf(cell);
  const at = widgets.indexOf(event.target);
  if (event.key === "Escape" || event.key === "F2") {
    setOpen(cell, false);
    goTo(cell);
    return true;
  }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return false;
  widgets[(at + step + widgets.length) % widgets.length].focus();
  return true;
}

if (grid) {
  grid.setAttribute("role", "grid");
  for (const cell of cells) {
    cell.tabIndex = -1;
    setOpen(cell, false);
  }
  const here = location.hash && document.querySelector(`[data-grid] td[id="${CSS.escape(location.hash.slice(1))}"]`);
  makeCurrent(here || grid.querySelector("td"));
  if (here) goTo(here);
  document.querySelector("[data-grid-help]").hidden = false;
  grid.setAttribute("aria-describedby", "grid-help");

  grid.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey) return;
    const cell = event.target.closest("td, th");
    const handled = event.target === cell ? onCell(event, cell) : onWidget(event, cell);
    if (handled) event.preventDefault();
  });
  // By mouse or touch one comes straight to a switch: then the cell that it is in is the one to come back to.
  grid.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td, th");
    makeCurrent(cell);
    if (event.target !== cell) setOpen(cell, true);
  });
  grid.addEventListener("focusout", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell.contains(event.relatedTarget)) setOpen(cell, false);
  });
}

// Keeps an open todo list fresh: asks for the rows every two seconds while the page is visible, puts changed rows
// in their place and announces what an app did. Without this script the page is fresh after every click.

const EVERY = 2000;
const live = document.querySelector("[data-live]");
const status = document.querySelector("[data-live-status]");
let etag = live ? `"${live.dataset.etag}"` : "";
let timer = 0;

async function refresh() {
  const response = await fetch(live.dataset.live, { headers: { "If-None-Match": etag }, cache: "no-store" });
  if (response.status === 401) return location.reload();
  if (!response.ok) return;
  etag = response.headers.get("ETag") ?? "";
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-rows]");
  merge(live.querySelector("[data-rows]"), fresh);
}

// Rows that did not change stay the same elements, and focus stays with the row it was in.
function merge(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const row = active?.closest("[data-version]")?.id;
  const rows = [...fresh.querySelectorAll("[data-version]")];
  const added = rows.filter((incoming) => !document.getElementById(incoming.id));
  for (const incoming of rows) {
    const shown = document.getElementById(incoming.id);
    if (shown?.dataset.version === incoming.dataset.version) incoming.replaceWith(shown);
  }
  old.replaceWith(fresh);
  if (active) (active.isConnected ? active : document.getElementById(row)?.querySelector("button"))?.focus();
  if (added.length) status.textContent = added.map(describe).join(" ");
}

function describe(row) {
  return `${row.dataset.by || "You"} added ${row.querySelector("[data-title]").textContent}.`;
}

async function loop() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    await refresh();
  } catch {
    // The server is away for a moment: the next round asks again.
  }
  timer = setTimeout(loop, EVERY);
}

if (live) {
  document.addEventListener("visibilitychange", loop);
  timer = setTimeout(loop, EVERY);
}

// Keeps the cards of active Runs current: one server-sent stream a page, polling for the rest and as a fallback.
// The server renders; this file only puts the fragment in place and says in one live region what has changed.

const POLL_MS = 1500;
const announcer = document.querySelector("[data-announcer]");

const activeRuns = () => [...document.querySelectorAll("[data-run][data-events]")];

function put(old, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector("[data-run]");
  if (!fresh) return old;
  const summary = old.querySelector("summary");
  const hadFocus = document.activeElement === summary;
  const details = fresh.querySelector("details");
  if (details) details.open = old.querySelector("details").open;
  const said = fresh.querySelector("[data-said]")?.textContent;
  if (announcer && said !== old.querySelector("[data-said]")?.textContent) announcer.textContent = said;
  old.replaceWith(fresh);
  if (hadFocus) fresh.querySelector("summary")?.focus();
  return fresh;
}

async function fetchText(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.text();
}

async function renewStrip() {
  const strip = document.querySelector("[data-strip]");
  if (strip) strip.outerHTML = await fetchText("/chat/strip");
}

function comeToRest(card) {
  // A Run that failed has its own page; there the whole page tells the story.
  if (card.closest("[data-run-page]") && card.querySelector("[data-refused]")) location.reload();
  else renewStrip().catch(() => {});
}

async function poll(card) {
  while (card.dataset.events) {
    await new Promise((wake) => setTimeout(wake, POLL_MS));
    if (document.hidden) continue;
    try {
      card = put(card, await fetchText(card.dataset.card));
    } catch {
      return; // signed out, or the server is away: the page's own refresh says so
    }
  }
  comeToRest(card);
}

function stream(card) {
  const source = new EventSource(card.dataset.events);
  source.addEventListener("card", (event) => { card = put(card, event.data); });
  source.addEventListener("rest", () => { source.close(); comeToRest(card); });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) poll(card); // 204: no stream to be had
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden || source.readyState === EventSource.CLOSED) return;
    source.close(); // a page that nobody sees leaves its stream to others
    poll(card);
  });
}

const [first, ...others] = activeRuns();
if (first) stream(first);
others.forEach(poll);

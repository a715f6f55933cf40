// Keeps the cards of active Runs current: one server-sent stream a page, polling for the rest and as a fallback.
// The server renders; this file only puts the fragment in place and says in one live region what has changed.

const POLL_MS = 1500;
const announcer = document.querySelector("[data-announcer]");
const controls = (card) => [...card.querySelectorAll("summary, a, button")];

function put(old, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector("[data-run]");
  const said = fresh.querySelector("[data-said]").textContent;
  if (said !== old.querySelector("[data-said]").textContent) announcer.textContent = said;
  const opened = [...old.querySelectorAll("details")].map((details) => details.open);
  fresh.querySelectorAll("details").forEach((details, n) => { details.open = opened[n] ?? details.open; });
  const focused = controls(old).indexOf(document.activeElement);
  const before = document.activeElement.textContent;
  old.replaceWith(fresh);
  if (focused >= 0) {
    const same = controls(fresh)[focused];
    (same?.textContent === before ? same : fresh.querySelector("summary")).focus({ preventScroll: true });
  }
  return fresh;
}

async function fetchText(url) {
  const answer = await fetch(url, { redirect: "error" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.text();
}

async function comeToRest(card) {
  // A Run that did not work out has a page of its own to say why; in the chat the status strip is renewed.
  if (card.closest("[data-run-page]") && card.querySelector("[data-refused]")) location.reload();
  const strip = document.querySelector("[data-strip]");
  if (strip) strip.outerHTML = await fetchText("/chat/strip");
}

async function poll(card) {
  for (let misses = 0; card.dataset.events && misses < 10; ) {
    await new Promise((wake) => setTimeout(wake, POLL_MS));
    if (document.hidden) continue;
    try {
      card = put(card, await fetchText(card.dataset.card));
    } catch {
      misses += 1; // the server restarts, or the person has signed out in another tab
    }
  }
  if (!card.dataset.events) comeToRest(card);
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

const [first, ...others] = document.querySelectorAll("[data-run][data-events]");
if (first) stream(first);
others.forEach(poll);

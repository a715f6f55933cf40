"""``manage.py bench --hops``: how long after a hop its arrow is on a screen that follows (``/recorder/live``).

A browser watches, Alice asks from elsewhere, thirty times. A script in the page notes when each arrow appears; the
recorder's own transcript says when its exchange had ended. What an arrow waits for is told in two parts: until the
stage has stored the record (the outbox waits for what belongs together), and from there to the screen (the page
asks now and then, and puts the next flow in the place of the last).

Deliberately does not: judge. On a machine that others use, too, the same demo is several times as slow.
"""

import random
import sqlite3
import statistics
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, NamedTuple

from playwright.sync_api import Page

from benchmarks.figures import p95
from stage.autopilot.page import Lost
from tests.browser.chromium import running_chromium
from tests.cast import ALICE
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

ROUNDS = 30
PATIENCE = 10.0
LOOK_EVERY = 0.005
NOTE = """
new MutationObserver(() => {
  for (const link of document.querySelectorAll(".hop__link:not([data-noted])")) {
    link.setAttribute("data-noted", "");
    noteHop(location.pathname.split("/").at(-1), link.id.replace("hop-", ""), Date.now() / 1000);
  }
}).observe(document, { childList: true, subtree: true });
"""


class Seen(NamedTuple):
    """Seconds from the end of an exchange to its record in the database, and to its arrow on the screen."""

    is_first: bool
    stored: float
    shown: float


class Exchange(NamedTuple):
    began_at: datetime
    ended: float

    @classmethod
    def read(cls, told: dict[str, Any]) -> "Exchange":
        began_at = datetime.fromisoformat(told["at"])
        return cls(began_at, began_at.timestamp() + told["milliseconds"] / 1000)


class Screen:
    """The page that follows; ``shown`` has when each hop of each trace appeared there first."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.shown: dict[str, dict[str, float]] = {}
        page.expose_function("noteHop", self._note)
        page.add_init_script(NOTE)
        page.goto(f"{demo.url('stage')}/recorder/live")

    def wait_for(self, trace: str, hops: list[str]) -> dict[str, float]:
        deadline = time.monotonic() + PATIENCE
        while missing := set(hops) - self.shown.get(trace, {}).keys():
            if time.monotonic() > deadline:
                raise SystemExit(
                    f"expected hops {sorted(missing)} of {trace} within {PATIENCE:.0f} s on {self.page.url}"
                )
            self.page.wait_for_timeout(50)
        return self.shown[trace]

    def _note(self, trace: str, hop: str, at: float) -> None:
        self.shown.setdefault(trace, {}).setdefault(hop, at)


class Store(threading.Thread):
    """Looks into the stage's database all the time; ``stored`` has when the record that began then was there."""

    def __init__(self, demo: Demo) -> None:
        super().__init__(daemon=True)
        self.stored: dict[datetime, float] = {}
        self._path = demo.folder / "stage.sqlite3"
        self._is_over = threading.Event()

    def run(self) -> None:
        last = 0
        with closing(sqlite3.connect(self._path)) as database:
            while not self._is_over.wait(LOOK_EVERY):
                query = "SELECT seq, started_at FROM recorder_record WHERE seq > ? ORDER BY seq"
                for seq, began_at in database.execute(query, (last,)).fetchall():
                    last = seq
                    self.stored[datetime.fromisoformat(began_at).replace(tzinfo=UTC)] = time.time()

    def stop(self) -> None:
        self._is_over.set()
        self.join()


def main(rounds: int = ROUNDS) -> None:
    seen: list[Seen] = []
    with (
        fresh_folder() as folder,
        running_demo(folder, **on_embedded_parts()) as demo,
        running_chromium() as browser,
    ):
        wire, store = Wire(demo), Store(demo)
        alice = wire.visitor()
        sign_in_at_agent0(alice, demo, ALICE)
        ask(alice, demo, 'Add "Warm"')
        screen = Screen(browser.new_page(), demo)
        store.start()
        for number in range(1, rounds + 1):
            screen.page.wait_for_timeout(random.uniform(500, 900))  # noqa: S311 (at any moment between two questions)
            seen += watch(number, alice, demo, screen, store)
            print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
        store.stop()
    report(seen)


def watch(number: int, alice: Visitor, demo: Demo, screen: Screen, store: Store) -> list[Seen]:
    """One flow, from its first exchange on."""
    words, began_at = f'Add "Hop {number}"', time.time()
    card = ask(alice, demo, words)
    if card.badge != "done":
        raise SystemExit(f"a flow failed: {card.text}")
    transcript = load_transcript(alice, demo, words)
    found = {hop["hop"]: Exchange.read(hop["exchanges"][0]) for hop in transcript["hops"] if hop["exchanges"]}
    of_this = {hop: one for hop, one in found.items() if one.ended > began_at}  # the trace has her sign-in, too
    shown = screen.wait_for(transcript["trace"], list(of_this))
    first = min(one.began_at for one in of_this.values())
    return [
        Seen(one.began_at == first, store.stored[one.began_at] - one.ended, shown[hop] - one.ended)
        for hop, one in of_this.items()
    ]


def load_transcript(alice: Visitor, demo: Demo, words: str) -> dict[str, Any]:
    """Of the newest flow, once all of it has been recorded."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        page = alice.open(f"{demo.url('stage')}/recorder/latest")
        if words in page.text and "all green" in page.text:
            return alice.session.get(page.link("Transcript (JSON)")).json()
        time.sleep(0.1)
    raise Lost(f"{words} has not been recorded within {PATIENCE:.0f} s")


def report(seen: list[Seen]) -> None:
    print(f"\n{'seconds after a hop':34}{'n':>5}{'p50':>8}{'p95':>8}{'most':>8}")
    for name, some in (("the first hop of a flow", [one for one in seen if one.is_first]), ("any hop", seen)):
        rows = {
            name: [one.shown for one in some],
            "  until it is stored": [one.stored for one in some],
            "  from there to the screen": [one.shown - one.stored for one in some],
        }
        for row, found in rows.items():
            print(f"{row:34}{len(found):>5}{statistics.median(found):>8.2f}{p95(found):>8.2f}{max(found):>8.2f}")

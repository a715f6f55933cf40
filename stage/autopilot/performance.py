"""The five-minute story, played by the autopilot: all eighteen clicks, in one person's browser, through pages.

In the flow it stands where a presenter stands, with the same window: one browser, in which first Alice and then
Carol signs in at Acme. After each click it looks whether the audience sees what the story promises, and stops with
``Lost`` where it does not.

Deliberately does not: wait between the clicks. What a person needs for talking proves nothing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stage.autopilot import errands
from stage.autopilot.browser import Browser
from stage.autopilot.errands import Places
from stage.autopilot.page import Lost, Page
from stage.autopilot.patience import look_until
from stage.autopilot.story import Click, load_story
from stage.kit.people import ALICE, CAROL, Person

ADD: Final = 'Add "Book venue for offsite"'
TITLE: Final = "Book venue for offsite"
PATIENCE: Final = 5.0  # seconds for evidence to arrive, after which the audience would have noticed


@dataclass(frozen=True)
class Played:
    """One click as it went: ``seconds`` from pressing to seeing."""

    click: Click
    seconds: float


class Performance:
    """One telling of the story. ``stage`` is the stage's base URL, ``places`` has the parties'."""

    def __init__(self, browser: Browser, places: Places, *, stage: str) -> None:
        self.browser = browser
        self.places = places
        self.stage = stage
        self._policy = f"{places.idp}/{CAROL.enterprise}/admin/policy"
        self.page = Page("", 0, "", {})

    def play(self) -> Iterator[Played]:
        """From the opening frame to the next one. Raises ``Lost`` with the click at which it went wrong."""
        self._press(f"{self.stage}/show", action="/show/begin")
        told = [click for block in load_story() for click in block.clicks]
        for click, press in zip(told, self._presses(), strict=True):
            began_at = time.monotonic()
            try:
                press()
            except Lost as reason:
                raise Lost(f"click {click.number}, {click.do}: {reason}") from reason
            yield Played(click, time.monotonic() - began_at)

    def _presses(self) -> tuple[Callable[[], None], ...]:
        return (
            lambda: self._open(self.places.agent0, follow="Continue as Alice"),
            lambda: self._sign_in_as(ALICE, "/chat"),
            lambda: self._ask("done"),
            lambda: self._see(self._pane("Todo0"), TITLE),
            lambda: self._see(self._pane("Recorder"), "API call. Answered 201"),
            lambda: self._see(f"{self.page.url}?hop=9", "9 Token exchange"),
            lambda: self._open(self._pane("Acme admin")),
            lambda: self._sign_in_as(CAROL, "/admin/policy"),
            lambda: self._rule("/switch", "is off"),
            lambda: self._ask("done"),
            self._jump,
            lambda: self._ask("Blocked by Acme"),
            lambda: self._rule("/reading", "for reading only"),
            lambda: self._ask("Acme limited this to read-only"),
            lambda: self._open(self._pane("Break it")),
            self._run_the_thief,
            lambda: self._see(self._pane("System log"), "I9"),
            lambda: self._act("reset"),
        )

    def _act(self, act: str) -> None:
        """A button of the bar, which every page has."""
        page = self.browser.open(f"{self.stage}/show")
        self.page = self.browser.submit(page, page.form(having="ticket"), press=act)

    def _jump(self) -> None:
        """The window comes back anew, and has to have the policy on its right as before."""
        self._act("jump-360")
        if not any(address.startswith(self._policy) for address in self.page.loads):
            raise Lost(f"{self.page.place} does not show Acme's policy on its right, but {self.page.loads}")

    def _run_the_thief(self) -> None:
        self.page = self.browser.submit(self.page, self.page.form(action="/run"))
        self._see(self.page.url, "failed R8")

    def _pane(self, title: str) -> str:
        """Where a button above the right pane leads; the bar of the page has links of the same names."""
        page = self.browser.open(f"{self.stage}/show")
        found = [href for text, href in page.links if text == title]
        if not found:
            raise Lost(f"{page.place} has no button {title!r}: {page.text[:300]}")
        return found[-1]

    def _open(self, url: str, *, follow: str = "") -> None:
        self.page = self.browser.open(url)
        if follow:
            self.page = self.browser.click(self.page, follow)

    def _see(self, url: str, words: str) -> None:
        """Open it, and again for as long as an audience would wait: evidence comes in behind the flow."""
        self.page = look_until(lambda page: words in page.text, lambda: self.browser.open(url), patience=PATIENCE)
        self._expect(words)

    def _press(self, url: str, *, action: str, press: str = "") -> None:
        page = self.browser.open(url)
        self.page = self.browser.submit(page, page.form(action=action), press=press)

    def _sign_in_as(self, person: Person, arrives_at: str) -> None:
        self.page = self.browser.submit(self.page, self.page.form(having="persona"), press=person.name)
        if arrives_at not in self.page.url:
            raise Lost(f"expected {arrives_at}, found {self.page.place}: {self.page.text[:300]}")

    def _rule(self, action: str, words: str) -> None:
        """Carol presses a button of the policy matrix, which she has open on the right."""
        self._press(self._policy, action=action)
        self._expect(words)

    def _expect(self, words: str) -> None:
        if words not in self.page.text:
            raise Lost(f"{self.page.place} does not say {words!r}: {self.page.text[:300]}")

    def _ask(self, badge: str) -> None:
        card = errands.ask(self.browser, self.places, ADD)
        if card.badge != badge:
            raise Lost(f"expected {badge!r}, found {card.badge!r}: {card.text[:300]}")

"""The story as a presenter has it before her: what each click is on, in the split view, and what success shows.

``stage/autopilot/story.toml`` says what is clicked, in which pane; here it is found on the page. How it is
pressed, by a mouse or by keys, is up to whoever tells it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from playwright.sync_api import FrameLocator, Locator, Page, expect

from stage.autopilot.story import Click, load_story
from tests.browser.walk import PATIENCE
from tests.flow.demo import Demo

ADD = 'Add "Book venue for offsite"'
TITLE = "Book venue for offsite"
SWITCH = "Agent0 at Todo0"


@dataclass(frozen=True)
class Sight:
    """What the audience sees somewhere: ``words``, as a pattern. In view, unless somebody has to scroll for it."""

    where: Locator
    words: str
    in_view: bool = True

    def expect(self) -> None:
        expect(self.where).to_contain_text(re.compile(self.words.replace(" ", r"\s+")), timeout=PATIENCE)
        if self.in_view:
            expect(self.where).to_be_in_viewport(timeout=PATIENCE)


@dataclass(frozen=True)
class Scene:
    """One click of the story: ``aim`` is what is pressed, and ``sights`` are there when it has worked."""

    click: Click
    aim: Locator
    sights: tuple[Sight, ...]

    def expect(self) -> None:
        for sight in self.sights:
            sight.expect()


class SplitView:
    """``left`` and ``right`` are its panes; the bar and the buttons above the panes are the page's own."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.demo = demo
        self.left: FrameLocator = page.frame_locator("[name=show-left]")
        self.right: FrameLocator = page.frame_locator("[name=show-right]")

    def begin(self) -> None:
        """What is done before they come in: stage mode, and a new world."""
        self.page.goto(f"{self.demo.url('stage')}/show?stage=1")
        self.page.get_by_role("button", name="Begin the story").click()
        for sight in self._first_frame():
            sight.expect()

    def scenes(self) -> Iterator[Scene]:
        told = [click for block in load_story() for click in block.clicks]
        acts = chain(self._sign_in_and_ask(), self._follow(), self._rule(), self._steal(), self._end())
        for click, (aim, *sights) in zip(told, acts, strict=True):
            yield Scene(click, aim, tuple(sights))

    def _sign_in_and_ask(self) -> Iterator[tuple[Locator, *tuple[Sight, ...]]]:
        heading, row = self.left.locator("h1"), self.right.locator(".todo", has_text=TITLE)
        yield self.left.get_by_role("link", name="Continue as Alice"), Sight(heading, "^Sign in to Agent0$")
        yield self.left.get_by_role("button", name="Alice Anders"), Sight(heading, "What shall I do, Alice")
        yield self._ask(), self._card(1, "done")
        yield self._pane("Todo0"), Sight(row.locator(".provenance"), "Agent0 for you")

    def _follow(self) -> Iterator[tuple[Locator, *tuple[Sight, ...]]]:
        hops = self.right.locator(".hop")
        tokens = [Sight(hops.nth(at), rf"\b{token}-[0-9a-f]{{4}}") for at, token in enumerate(("ID", "JAG", "AT"))]
        yield self._pane("Recorder"), *tokens, Sight(hops.nth(3), "Call. Answered 201 .*passed")
        yield hops.nth(1).get_by_role("link"), Sight(self.right.locator("#hop"), "Token exchange")

    def _rule(self) -> Iterator[tuple[Locator, *tuple[Sight, ...]]]:
        carol = self.right.get_by_role("button", name="Carol Castro")
        on, off = (self.right.get_by_role("button", name=f"{SWITCH}: {state}") for state in ("On", "Off"))
        cell = self.right.locator("td").filter(has=self.page.get_by_role("button", name=SWITCH))
        yield self._pane("Acme admin"), Sight(carol, "Carol")
        yield carol, Sight(on, "On")
        yield on, Sight(off, "Off")
        yield self._ask(), self._card(2, "done")
        yield self._bar("+6 min"), Sight(self.page.locator("#world b"), r"\+6 min"), Sight(off, "Off")
        yield self._ask(), self._card(3, "Blocked by Acme")
        reading = self.right.get_by_role("button", name=f"Reading only for {SWITCH}")
        yield reading, Sight(on, "On"), Sight(cell.locator(".mono"), "^todos.read$")
        yield self._ask(), self._card(4, "Acme limited this to read-only")

    def _steal(self) -> Iterator[tuple[Locator, *tuple[Sight, ...]]]:
        run, verdict = self.right.get_by_role("button", name="Run it now"), self.right.locator(".result__verdict")
        yield self._pane("Break it"), Sight(self.right.locator("fieldset"), "Does it work\\?")
        yield run, Sight(verdict, "failed"), Sight(verdict, "R8"), Sight(verdict, "400 invalid_grant")

    def _end(self) -> Iterator[tuple[Locator, *tuple[Sight, ...]]]:
        entries = self.right.locator("tr:not(.table__more)")
        refused = entries.filter(has_text="I9").locator(".badge")
        yield self._pane("System log"), Sight(entries.nth(1), "allowed"), Sight(refused, "denied", in_view=False)
        toast = Sight(self.page.locator("[data-toast]"), r"World reset in \d\.\d s")
        yield self._bar("Reset"), toast, *self._first_frame()

    def _first_frame(self) -> tuple[Sight, ...]:
        sign_in = self.left.get_by_role("link", name="Continue as Alice")
        return Sight(sign_in, "Alice"), Sight(self.right.locator("h1"), "Your company decides")

    def _ask(self) -> Locator:
        return self.left.get_by_role("button", name=ADD, exact=True)

    def _card(self, number: int, badge: str) -> Sight:
        """The tool card with this number, counted from the first thing that was asked."""
        return Sight(self.left.locator(".tool-card").nth(number - 1).locator("summary .badge"), f"^{badge}$")

    def _pane(self, title: str) -> Locator:
        return self.page.get_by_label("On the right").get_by_role("link", name=title, exact=True)

    def _bar(self, words: str) -> Locator:
        return self.page.locator("#world").get_by_role("button", name=words, exact=True)

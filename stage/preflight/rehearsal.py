"""The checks that fly: the flow goes well, the admin's *off* ends it, and a broken token is refused by its check.

Three flights, each in a trace of its own, so that the evidence is there for whoever doubts the result. The first
is also the tape: what a presenter can fall back on.

Deliberately does not: leave anything behind but those traces and Alice's new todo. A fault belongs to its flight's
trace, and is cleared whatever happens.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import requests

from stage.autopilot.errands import Card
from stage.autopilot.flight import Plan, fly
from stage.autopilot.page import Lost
from stage.control import world
from stage.kit import addresses
from stage.kit.people import ALICE
from stage.preflight.finding import Finding, ill, well
from stage.recorder.models import Record

ADD: Final = 'Add "Rehearsal"'
ASK: Final = "What is due today?"
SEEN_WITHIN: Final = 3.0  # seconds for evidence to arrive
HERE: Final = {
    urlsplit(url).netloc
    for url in (
        addresses.STAGE_URL,
        addresses.AGENT0_URL,
        addresses.TODO0_URL,
        addresses.TODO0_MCP_URL,
        addresses.IDP_URL,
    )
}


class Rehearsal:
    """The flights of one pre-flight."""

    def __init__(self) -> None:
        self.trace_id = secrets.token_hex(16)
        self._landed_at = 0.0

    def check_happy_path(self) -> Finding:
        title = "The flow goes well"
        try:
            card = fly(Plan(ALICE, ADD, self.trace_id))
        except (Lost, requests.RequestException) as reason:
            return ill(
                title, _say(reason), "Look at what the launchpad says of each party.", trace_id=self.trace_id
            )
        self._landed_at = time.monotonic()
        if card.badge != "done":
            advice = "Its trace shows the first red check. If the policy was changed, reset the world."
            return ill(title, f"Agent0 says: {card.badge}.", advice, remedy="reset", trace_id=self.trace_id)
        return well(title, "Alice asked, and a todo was added in her name.", trace_id=self.trace_id)

    def check_policy_off(self) -> Finding:
        return self._check_refused(
            "The admin's off ends it",
            fault="F21",
            check="I9",
            is_refused=lambda card: card.badge.startswith("Blocked by"),
        )

    def check_a_fault_trips(self) -> Finding:
        return self._check_refused(
            "A fault trips its check", fault="F02", check="R7", is_refused=lambda card: True
        )

    def check_evidence(self) -> Finding:
        """The happy path is at the recorder by now: the stream from the parties is alive."""
        title = "The recorder hears everybody"
        wanted = {"agent0", "idp", "todo0"}
        deadline = time.monotonic() + SEEN_WITHIN
        while missing := wanted - _places_in(self.trace_id):
            if time.monotonic() > deadline:
                found = f"Nothing of {', '.join(sorted(missing))} within {SEEN_WITHIN:.0f} s."
                return ill(title, found, "Is OTEL_EXPORTER_OTLP_ENDPOINT set to another collector?")
            time.sleep(0.05)
        return well(title, "Agent0, the IdP and Todo0 have all told of that flow.", trace_id=self.trace_id)

    def check_nobody_outside(self) -> Finding:
        title = "Nobody outside was called"
        urls = Record.objects.filter(trace_id=self.trace_id).values_list("exchange__url", flat=True)
        if outside := {host for url in urls if url and (host := urlsplit(url).netloc) not in HERE}:
            return ill(title, f"Called: {', '.join(sorted(outside))}.", "Which setting names that host?")
        return well(title, f"{len(urls)} exchanges, all of them on this machine's own addresses.")

    def _check_refused(self, title: str, *, fault: str, check: str, is_refused: Callable[[Card], bool]) -> Finding:
        trace_id = secrets.token_hex(16)
        try:
            with _armed(fault, trace_id):
                card = fly(Plan(ALICE, ASK, trace_id))
                found = _wait_for_red_check(trace_id)
        except (Lost, requests.RequestException) as reason:
            return ill(title, _say(reason), "Look at what the launchpad says of each party.", trace_id=trace_id)
        if found != check or card.badge == "done" or not is_refused(card):
            told = f"Expected {check} to refuse, found {found or 'no refusal'}; Agent0 says: {card.badge}."
            advice = "Open its trace: the first red check is the cause."
            return ill(title, told, advice, remedy="reset", trace_id=trace_id)
        return well(
            title, f"{check} refused, and nothing before it; Agent0 said: {card.badge}.", trace_id=trace_id
        )


@contextmanager
def _armed(fault: str, trace_id: str) -> Iterator[None]:
    world.arm(fault, "one-shot", trace_id)
    try:
        yield
    finally:
        world.clear([fault])


def _wait_for_red_check(trace_id: str) -> str:
    """The number of the first check that failed, but for A1: a call without a token is how the flow begins."""
    deadline = time.monotonic() + SEEN_WITHIN
    while time.monotonic() < deadline:
        for checks in (
            Record.objects.filter(trace_id=trace_id).order_by("started_at").values_list("checks", flat=True)
        ):
            for one in checks:
                if one["outcome"] == "failed" and one["number"] != "A1":
                    return str(one["number"])
        time.sleep(0.05)
    return ""


def _places_in(trace_id: str) -> set[str]:
    return set(Record.objects.filter(trace_id=trace_id).values_list("place", flat=True))


def _say(reason: Exception) -> str:
    return str(reason) if isinstance(reason, Lost) else f"A party did not answer ({type(reason).__name__})."

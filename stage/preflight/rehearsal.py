"""The checks that fly: the flow goes well, the admin's *off* ends it, and a broken token is refused by its check.

Three flights, each in a trace of its own, so that the evidence is there for whoever doubts the result. The first
is also the tape: what a presenter can fall back on.

Deliberately does not: leave anything behind but those traces and Alice's new todo. A fault belongs to its flight's
trace, and is cleared whatever happens.
"""

import operator
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import requests

from stage.autopilot.flight import Plan, explain, fly
from stage.autopilot.page import Lost
from stage.autopilot.patience import look_until
from stage.faults import arming, findings
from stage.kit import addresses
from stage.kit.people import ALICE, BY_KEY
from stage.kit.registry.faults import load_faults
from stage.preflight.finding import Finding, ill, well
from stage.recorder.models import Record

ADD: Final = 'Add "Rehearsal"'
MEND_A_PARTY: Final = "Look at what the launchpad says of each party."
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

    def check_happy_path(self) -> Finding:
        title = "The flow goes well"
        try:
            card = fly(Plan(ALICE, ADD, self.trace_id))
        except (Lost, requests.RequestException) as reason:
            return ill(title, explain(reason), MEND_A_PARTY, trace_id=self.trace_id)
        if card.badge != "done":
            advice = "Its trace shows the first red check. If the policy was changed, reset the world."
            return ill(title, f"Agent0 says: {card.badge}.", advice, remedy="reset", trace_id=self.trace_id)
        return well(title, "Alice asked, and a todo was added in her name.", trace_id=self.trace_id)

    def check_policy_off(self) -> Finding:
        return self._check_refused("The admin's off ends it", "F21", said="Blocked by")

    def check_a_fault_trips(self) -> Finding:
        return self._check_refused("A fault trips its check", "F02")

    def check_evidence(self) -> Finding:
        """The happy path is at the recorder by now: the stream from the parties is alive."""
        title = "The recorder hears everybody"
        wanted = {"agent0", "idp", "todo0"}
        missing = look_until(operator.not_, lambda: wanted - _places_in(self.trace_id), patience=SEEN_WITHIN)
        if missing:
            found = f"Nothing of {', '.join(sorted(missing))} within {SEEN_WITHIN:.0f} s."
            return ill(title, found, "Is OTEL_EXPORTER_OTLP_ENDPOINT set to another collector?")
        return well(title, "Agent0, the IdP and Todo0 have all told of that flow.", trace_id=self.trace_id)

    def check_nobody_outside(self) -> Finding:
        title = "Nobody outside was called"
        urls = Record.objects.filter(trace_id=self.trace_id).values_list("exchange__url", flat=True)
        if outside := {host for url in urls if url and (host := urlsplit(url).netloc) not in HERE}:
            return ill(title, f"Called: {', '.join(sorted(outside))}.", "Which setting names that host?")
        return well(title, f"{len(urls)} exchanges, all of them on this machine's own addresses.")

    def _check_refused(self, title: str, number: str, *, said: str = "") -> Finding:
        """The registry says which check, status and error it has to be (``stage.faults.findings``)."""
        fault, trace_id = load_faults()[number], secrets.token_hex(16)
        try:
            with _armed(number, trace_id):
                card = fly(Plan(BY_KEY[fault.person], fault.prompt, trace_id))
                found = look_until(
                    lambda found: found.outcome != "pending",
                    lambda: findings.find(trace_id),
                    patience=SEEN_WITHIN,
                )
        except arming.NotTaken as reason:
            return ill(title, str(reason), MEND_A_PARTY, trace_id=trace_id)
        except (Lost, requests.RequestException) as reason:
            return ill(title, explain(reason), MEND_A_PARTY, trace_id=trace_id)
        if not found.is_as_told(fault) or card.badge == "done" or not card.badge.startswith(said):
            told = f"Expected {fault.trips} to refuse, found {found.number or 'no refusal'}; "
            advice = "Open its trace: the first red check is the cause."
            return ill(title, f"{told}Agent0 says: {card.badge}.", advice, remedy="reset", trace_id=trace_id)
        words = f"{fault.trips} refused, and nothing before it; Agent0 said: {card.badge}."
        return well(title, words, trace_id=trace_id)


@contextmanager
def _armed(number: str, trace_id: str) -> Iterator[None]:
    arming.arm(number, trace=trace_id)
    try:
        yield
    finally:
        arming.clear([number])


def _places_in(trace_id: str) -> set[str]:
    return set(Record.objects.filter(trace_id=trace_id).values_list("place", flat=True))

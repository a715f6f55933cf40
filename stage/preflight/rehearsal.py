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
from stage.kit import addresses, state
from stage.kit.people import ALICE, BY_KEY
from stage.kit.registry.faults import load_faults
from stage.preflight.finding import Finding, ill, well
from stage.preflight.standing import OPERATOR
from stage.preflight.titles import GOES_WELL, HEARS, NOBODY_OUTSIDE, OFF_ENDS_IT, TRIPS
from stage.recorder.models import Record

ADD: Final = 'Add "Rehearsal"'
MEND_A_PARTY: Final = "the launchpad says which party does not answer; look at its lines in the terminal."
SEEN_WITHIN: Final = 5.0  # seconds for evidence to arrive, on a machine that has other things to do
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
        """And nothing is broken on purpose: an armed fault would strike this flight, and prove nothing."""
        if armed := state.read().strike(self.trace_id):
            advice = "press Fix on the pre-flight's page, which clears them."
            found = f"Armed: {', '.join(armed)}."
            return ill(GOES_WELL, found, who="You", advice=advice, remedy="clear")
        try:
            card = fly(Plan(ALICE, ADD, self.trace_id))
        except (Lost, requests.RequestException) as reason:
            return _lost(GOES_WELL, explain(reason), self.trace_id)
        if card.badge != "done":
            return self._blame(card.badge)
        return well(GOES_WELL, "Alice asked, a todo was added in her name.", trace_id=self.trace_id)

    def _blame(self, badge: str) -> Finding:
        """Who mends a red check is the registry's to say."""
        blamed = findings.find(self.trace_id)
        who, _, how = blamed.check.mended_by.partition(": ") if blamed.check else (OPERATOR, "", MEND_A_PARTY)
        red = f" {blamed.number} is red: {blamed.note or 'see its trace'}." if blamed.number else ""
        found = f"Agent0 says: {badge}.{red}"
        advice = f"{how} If nobody knows what was changed, reset the world."
        return ill(GOES_WELL, found, who=who, advice=advice, remedy="reset", trace_id=self.trace_id)

    def check_policy_off(self) -> Finding:
        return self._check_refused(OFF_ENDS_IT, "F21", said="Blocked by")

    def check_a_fault_trips(self) -> Finding:
        return self._check_refused(TRIPS, "F02")

    def check_evidence(self) -> Finding:
        """The happy path is at the recorder by now: the stream from the parties is alive."""
        wanted = {"agent0", "idp", "todo0"}
        missing = look_until(operator.not_, lambda: wanted - _places_in(self.trace_id), patience=SEEN_WITHIN)
        if missing:
            found = f"Nothing of {', '.join(sorted(missing))} within {SEEN_WITHIN:.0f} s."
            advice = "is OTEL_EXPORTER_OTLP_ENDPOINT set to another collector, or OTEL_SDK_DISABLED?"
            return ill(HEARS, found, who=OPERATOR, advice=advice, trace_id=self.trace_id)
        return well(HEARS, "Agent0, the IdP and Todo0 told of that flow.", trace_id=self.trace_id)

    def check_nobody_outside(self) -> Finding:
        urls = Record.objects.filter(trace_id=self.trace_id).values_list("exchange__url", flat=True)
        if outside := {host for url in urls if url and (host := urlsplit(url).netloc) not in HERE}:
            advice = "take the setting that names that host out of the environment, and start again."
            return ill(NOBODY_OUTSIDE, f"Called: {', '.join(sorted(outside))}.", who=OPERATOR, advice=advice)
        return well(NOBODY_OUTSIDE, f"{len(urls)} records, of this demo's own addresses alone.")

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
            return _lost(title, str(reason), trace_id)
        except (Lost, requests.RequestException) as reason:
            return _lost(title, explain(reason), trace_id)
        if not found.is_as_told(fault) or card.badge == "done" or not card.badge.startswith(said):
            told = f"Expected {fault.trips} to refuse, found {found.number or 'no refusal'}; "
            advice = "the first red check of its trace is the cause. If something was changed, reset the world."
            words = f"{told}Agent0 says: {card.badge}."
            return ill(title, words, who="You", advice=advice, remedy="reset", trace_id=trace_id)
        return well(title, f"{fault.trips} refused; Agent0 said: {card.badge}.", trace_id=trace_id)


def _lost(title: str, found: str, trace_id: str) -> Finding:
    return ill(title, found, who=OPERATOR, advice=MEND_A_PARTY, trace_id=trace_id)


@contextmanager
def _armed(number: str, trace_id: str) -> Iterator[None]:
    arming.arm(number, trace=trace_id)
    try:
        yield
    finally:
        arming.clear([number])


def _places_in(trace_id: str) -> set[str]:
    return set(Record.objects.filter(trace_id=trace_id).values_list("place", flat=True))

"""One trace, assembled from its records and those of the sign-in that it is linked to, whenever somebody looks.

In the flow a sign-in is a trace, and each request to act is one of its own with a link to the sign-in. Shown
together they are the thirteen hops. Two statements load it, however many spans there are.

Deliberately does not: write. The same records give the same trace, today and in an export.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from stage.kit.people import PEOPLE
from stage.kit.registry.hops import load_hops
from stage.recorder.exchange import Exchange, pair
from stage.recorder.hops import Fit, Hop, HopKind, Phase, build_hops, classify
from stage.recorder.models import Record
from stage.recorder.places import A_PROGRAM, IDP, YOU
from stage.recorder.tokens import Token, find_tokens

Verdict = Literal["passed", "narrowed", "recovered", "failed", "no answer", "running"]
ACT_BEGINS = 7
TODO0_FETCHES_KEYS = 12  # to redeem an ID-JAG, but to sign somebody in as well
CLOCKS_AGREE = 20.0  # seconds: a whole number of seconds stands in a token, and a person may wait between two hops


class NoSuchTrace(LookupError):
    """Nothing with this id has been recorded, or it was swept away by a reset."""


@dataclass(frozen=True)
class Trace:
    id: str
    records: Sequence[Record] = field(repr=False)
    fitted: Sequence[tuple[Exchange, Fit]] = field(repr=False)

    @cached_property
    def hops(self) -> list[Hop]:
        """The numbered ones; of a trace that has none, each exchange as a hop without a number."""
        return build_hops(self.fitted) or [
            Hop(f"x{position}", None, (exchange,), exchange)
            for position, (exchange, fit) in enumerate(self.fitted, start=1)
            if not fit.is_aside
        ]

    @cached_property
    def asides(self) -> list[Exchange]:
        """What was recorded beside the flow, such as pages that were loaded meanwhile."""
        shown = {id(part) for hop in self.hops for part in hop.parts}
        return [exchange for exchange, _ in self.fitted if id(exchange) not in shown]

    @cached_property
    def asked(self) -> str:
        """What the person said to Agent0, in her own words."""
        return next((exchange.form.get("words", "") for exchange, fit in self.fitted if fit.asks), "")

    @cached_property
    def first_of_act(self) -> str:
        """The key of the hop before which the person asked; empty when nothing was asked."""
        asked_at = next((exchange.at for exchange, fit in self.fitted if fit.asks), None)
        later = (hop.key for hop in self.hops if asked_at and hop.lead.at > asked_at)
        return next(later, "")

    @cached_property
    def tokens(self) -> list[Token]:
        """Every token of the trace, as first seen."""
        found = {token.text: token for hop in reversed(self.hops) for token in reversed(find_tokens(hop.lead))}
        return list(reversed(found.values()))

    @cached_property
    def person(self) -> str:
        """Whose flow it is, by the first token that tells a name; empty when none does."""
        for token in self.tokens:
            name = token.claims.get("name") or _name_of(token.claims.get("email"), token.claims.get("sub"))
            if name:
                return str(name)
        return ""

    @property
    def enterprise(self) -> str:
        """Whose IdP it is about."""
        ends = (place for hop in self.hops for place in (hop.origin, hop.target) if place.key == IDP.key)
        return next(ends, IDP).owner

    @property
    def is_act(self) -> bool:
        """Whether an app asks for something in it, not a person for a sign-in alone."""
        numbers = {hop.kind.number for hop in self.hops if hop.kind}
        return any(number >= ACT_BEGINS for number in numbers - {TODO0_FETCHES_KEYS})

    @property
    def title(self) -> str:
        if self.asked:
            return self.asked
        if self.hops and all(hop.lead.caller is A_PROGRAM for hop in self.hops):
            return f"By hand: {self.hops[0].title}"
        if self.is_act:
            return "A request to act"
        return "Sign-in" if self.hops and self.hops[0].kind else "Other requests"

    @property
    def started_at(self) -> datetime:
        """When this trace began, not the sign-in that it is linked to."""
        return min(record.started_at for record in self.records if record.trace_id == self.id)

    @property
    def milliseconds(self) -> int:
        """From the first to the last hop of this trace itself."""
        own = [part for hop in self.hops for part in hop.parts if part.record.trace_id == self.id]
        if not own:
            return 0
        last = max(part.record.ended_at for part in own)
        return round((last - min(part.at for part in own)).total_seconds() * 1000)

    @cached_property
    def clock_shift(self) -> float:
        """Seconds by which the parties' clocks were ahead of the real one, in which records are dated.

        Told by the tokens that were issued: the one that is least off, for a fault may misdate any of them.
        """
        issued = [(token.claims.get("iat"), hop.lead.at) for hop in self.hops for token in find_tokens(hop.lead)]
        shifts = [iat - at.timestamp() for iat, at in issued if isinstance(iat, int | float)]
        shift = min(shifts, key=abs, default=0.0)
        return shift if abs(shift) > CLOCKS_AGREE else 0.0

    @property
    def last_seq(self) -> int:
        return max(record.seq for record in self.records)

    @property
    def dropped(self) -> int:
        """Records that the parties had to drop by then: each process counts its own."""
        counts: dict[tuple[str, str], int] = {}
        for record in self.records:
            process = (record.place, record.instance)
            counts[process] = max(counts.get(process, 0), record.dropped)
        return sum(counts.values())

    @cached_property
    def faults(self) -> list[str]:
        return sorted({fault for record in self.records for fault in record.faults})

    @cached_property
    def is_under_way(self) -> bool:
        """Agent0's worker was given something to do, and has not told yet that it is done with that."""
        own = [record for record in self.records if record.trace_id == self.id]
        given, done = (
            max((record.started_at for record in own if record.kind == kind), default=None)
            for kind in (Record.Kind.PRODUCER, Record.Kind.CONSUMER)
        )
        return given is not None and (done is None or done < given)

    @property
    def is_over(self) -> bool:
        """The last hop of all has come, or one that ended it badly."""
        last = self.hops[-1] if self.hops else None
        is_last = bool(last and last.kind and (last.kind.number == max(load_hops()) or last.is_bad))
        return is_last and not self.is_under_way

    @property
    def failure(self) -> Hop | None:
        """The first hop that went wrong: *the* cause."""
        return next((hop for hop in self.hops if hop.is_bad), None)

    @cached_property
    def verdict(self) -> Verdict:
        """How it ended. What failed and went well at a second try has recovered."""
        if not self.hops or self.is_under_way:
            return "running"
        last = max(self.hops, key=lambda hop: hop.lead.record.ended_at)  # not a call that was made on the way
        if last.is_bad:
            return "no answer" if last.outcome == "no answer" else "failed"
        if self.failure:
            return "recovered"
        return "narrowed" if any(hop.outcome == "narrowed" for hop in self.hops) else "passed"

    @cached_property
    def missing(self) -> list[HopKind]:
        """Hops of the happy path that were not needed here, or not reached."""
        there = {hop.kind.number for hop in self.hops if hop.kind}
        if not there:
            return []
        last = max(load_hops()) if self.is_act else ACT_BEGINS - 1
        return [kind for number, kind in load_hops().items() if number not in there and number <= last]

    def find_hop(self, key: str) -> Hop | None:
        return next((hop for hop in self.hops if hop.key == key), None)


def load_trace(trace_id: str) -> Trace:
    """Two statements: its own records, and those of the traces it is linked to. Raises ``NoSuchTrace``."""
    own = list(Record.objects.filter(trace_id=trace_id).order_by("seq"))
    if not own:
        raise NoSuchTrace(trace_id)
    linked = {other for record in own for other in record.linked_trace_ids} - {trace_id}
    before = list(Record.objects.filter(trace_id__in=linked).order_by("seq")) if linked else []
    return assemble(trace_id, [*before, *own])


def assemble(trace_id: str, records: Sequence[Record]) -> Trace:
    """The trace ``trace_id`` from its own records and those of the sign-in before it."""
    begins = min(record.started_at for record in records if record.trace_id == trace_id)
    is_linked = any(record.trace_id != trace_id for record in records)
    exchanges = [
        exchange for exchange in pair(records) if exchange.record.trace_id == trace_id or exchange.at <= begins
    ]
    is_signing_in = is_linked or any(exchange.caller is YOU for exchange in exchanges)
    return Trace(trace_id, records, list(_fit(exchanges, "sign-in" if is_signing_in else "act")))


def _fit(exchanges: Iterable[Exchange], phase: Phase) -> Iterable[tuple[Exchange, Fit]]:
    """The request to act begins where a person asks for it, and without a person at once."""
    for exchange in exchanges:
        fit = classify(exchange, phase)
        phase = "act" if fit.asks else phase
        yield exchange, fit


def _name_of(email: object, sub: object) -> str:
    """The name of somebody in the cast, who is known here by address or subject."""
    return next((person.name for person in PEOPLE if email == person.email or sub == person.sub), "")

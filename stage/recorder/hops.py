"""Which hop of the happy path an exchange is: rules as data (``registry/hops.toml``), the first that fits.

In the flow there are thirteen hops, which fold into four steps. A hop may take several exchanges (the metadata
of two servers), one exchange may be two hops (a token exchange and the ID-JAG that comes back), and after a
refusal a hop may come again. What fits no rule is shown as what it is, without a number.

Deliberately does not: make up a hop. What was not needed, such as keys that were still in a cache, is missing,
and the page says why.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from stage.kit.registry.hops import Hop as HopKind
from stage.kit.registry.hops import Rule, load_hops, load_rules
from stage.recorder.exchange import Exchange
from stage.recorder.places import A_PROGRAM, AGENT0, Place

Phase = Literal["sign-in", "act"]
Outcome = Literal["passed", "narrowed", "failed", "no answer", "waiting"]
IN_WORDS: dict[Outcome, str] = {
    "passed": "passed",
    "narrowed": "allowed less",
    "failed": "denied",
    "no answer": "no answer",
    "waiting": "waits at the gate",
}


@dataclass(frozen=True)
class Fit:
    """What the rules say of one exchange. ``kind`` is None for what is no numbered hop."""

    kind: HopKind | None = None
    leads: bool = True
    asks: bool = False
    is_aside: bool = False


def classify(exchange: Exchange, phase: Phase) -> Fit:
    rule = next((rule for rule in load_rules() if _fits(rule, exchange, phase)), None)
    if rule is None:
        return Fit()
    if rule.hop:
        return Fit(load_hops()[rule.hop], leads=rule.leads)
    return Fit(asks=rule.asks, is_aside=True)


def _fits(rule: Rule, exchange: Exchange, phase: Phase) -> bool:
    found = {
        rule.during: phase,
        rule.origin: AGENT0.key if exchange.caller is A_PROGRAM else exchange.caller.key,
        rule.target: exchange.callee.key,
        rule.method: exchange.method,
        rule.token: "with" if exchange.has_token else "without",
    }
    patterns = {rule.path: exchange.path, rule.grant: exchange.form.get("grant_type", "")}
    return all(wanted in ("", one) for wanted, one in found.items()) and all(
        not pattern or re.fullmatch(pattern, one) for pattern, one in patterns.items()
    )


@dataclass(frozen=True)
class Hop:
    """One arrow of the diagram. ``key`` is its name in an address: its number, and which time it is (``11.2``).

    ``is_waiting``: it has not been sent yet (``stage.recorder.gate``).
    """

    key: str
    kind: HopKind | None
    parts: tuple[Exchange, ...]
    lead: Exchange = field(repr=False)
    is_waiting: bool = False

    @property
    def is_answer(self) -> bool:
        return bool(self.kind and self.kind.side == "answer")

    @property
    def number(self) -> str:
        return str(self.kind.number) if self.kind else ""

    @property
    def label(self) -> str:
        """Where words have to name it, and no place in a diagram does."""
        return self.number or self.key

    @property
    def title(self) -> str:
        return self.kind.title if self.kind else f"{self.lead.method} {self.lead.path}"

    @cached_property
    def origin(self) -> Place:
        return self.lead.callee if self.is_answer else self.lead.caller

    @cached_property
    def target(self) -> Place:
        return self.lead.caller if self.is_answer else self.lead.callee

    @cached_property
    def outcome(self) -> Outcome:
        """A status that the happy path has here is no failure, whatever the checks behind it say (hop 7)."""
        expected = self.kind.status if self.kind else ()
        status = self.lead.status
        if status is None:
            return "waiting" if self.is_waiting else "no answer"
        if status in expected and status >= 400:
            return "passed"
        outcomes = {check["outcome"] for check in self.lead.checks}
        if "failed" in outcomes or status >= 400:
            return "failed"
        return "narrowed" if "narrowed" in outcomes else "passed"

    @property
    def outcome_in_words(self) -> str:
        return IN_WORDS[self.outcome]

    @property
    def is_bad(self) -> bool:
        return self.outcome in ("failed", "no answer")

    @cached_property
    def failed_check(self) -> dict[str, Any] | None:
        """The first check that refused: *the* cause."""
        if self.outcome != "failed":
            return None
        return next((check for check in self.lead.checks if check["outcome"] == "failed"), None)


def build_hops(fitted: Iterable[tuple[Exchange, Fit]]) -> list[Hop]:
    """The numbered hops, in order. An exchange that goes along joins the hop beside it."""
    hops: list[Hop] = []
    seen: dict[int, int] = {}
    for kind, parts, lead in _group(fitted):
        for one in _sides_of(kind, lead):
            seen[one.number] = seen.get(one.number, 0) + 1
            again = f".{seen[one.number]}" if seen[one.number] > 1 else ""
            hops.append(Hop(f"{one.number}{again}", one, tuple(parts), lead))
    return hops


def _group(fitted: Iterable[tuple[Exchange, Fit]]) -> Iterator[tuple[HopKind, list[Exchange], Exchange]]:
    """Neighbours of one kind, up to a failure: what is tried after that is another try."""
    kind: HopKind | None = None
    parts: list[Exchange] = []
    leads: list[Exchange] = []
    for exchange, fit in fitted:
        if not fit.kind:
            continue
        last = [*leads[-1:], *filter(_is_silent, parts[-1:])]
        has_failed = any(Hop("", kind, (), one).is_bad for one in last)
        if kind and (fit.kind is not kind or has_failed):
            yield kind, parts, choose_lead(kind, leads, parts)
            parts, leads = [], []
        kind = fit.kind
        parts.append(exchange)
        leads += [exchange] if fit.leads else []
    if kind:
        yield kind, parts, choose_lead(kind, leads, parts)


def choose_lead(kind: HopKind, leads: list[Exchange], parts: list[Exchange]) -> Exchange:
    """What went wrong, if something did; else what the hop is about; else its first exchange.

    Who is not there at all ends a flow, also where the hop is about another server's answer.
    """
    silent = filter(_is_silent, parts)
    refused = [one for one in leads if _was_refused(kind, one)]
    return next(iter([*silent, *refused, *leads, *parts]))


def _is_silent(exchange: Exchange) -> bool:
    return exchange.status is None or exchange.status >= 500


def _was_refused(kind: HopKind, exchange: Exchange) -> bool:
    """By a check, where the happy path expects no refusal: an address that leads nowhere is no verdict."""
    return exchange.status not in kind.status and any(check["outcome"] == "failed" for check in exchange.checks)


def _sides_of(kind: HopKind, lead: Exchange) -> list[HopKind]:
    """The kind itself, and the one whose arrow is its answer, if it was answered with what that one is about."""
    back = load_hops().get(kind.number + 1)
    is_split = back is not None and back.side == "answer" and lead.status in back.status
    return [kind, back] if back and is_split else [kind]

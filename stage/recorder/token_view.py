"""A token as a table: each member with its value, what it means, who wrote it, who checks it, and the verdict.

In the flow a person follows one thing through three tokens: for whom is this? The header comes first, as it
decides how all the rest may be read. The signature is a row of blocks: it was taken away where it was recorded.

Deliberately does not: believe the token. A verdict is a check's, and a member that nobody checked says so.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stage.kit.people import PEOPLE
from stage.kit.registrations import REGISTRATIONS
from stage.kit.registry.claims import Claim, find_claim
from stage.recorder.difference import Difference, read_note
from stage.recorder.hops import Hop
from stage.recorder.places import place_at
from stage.recorder.tokens import Token, find_tokens
from stage.recorder.trace import Trace

TIMES = ("exp", "iat", "nbf", "auth_time")
WORST_FIRST = ("failed", "narrowed", "passed", "not reached")
APPS = {
    one.client_id: f"{one.owner.capitalize()}, by its name at {one.place.capitalize()}" for one in REGISTRATIONS
}


@dataclass(frozen=True)
class Row:
    """One member. ``outcome`` is the worst verdict of ``numbers``, its checks; empty: none ran here."""

    part: str
    name: str
    value: str
    in_words: str
    claim: Claim | None
    numbers: tuple[str, ...] = ()
    outcome: str = ""
    hop: Hop | None = None
    difference: Difference | None = None


@dataclass(frozen=True)
class TokenView:
    token: Token
    rows: list[Row]

    @property
    def raw(self) -> str:
        """Header and claims as JSON; the token's own text would only be these in base64url."""
        return json.dumps(
            {"header": self.token.header, "payload": self.token.claims}, indent=2, ensure_ascii=False
        )


def view(token: Token, trace: Trace | None = None, *, now: float) -> TokenView:
    """``now`` is the moment that times are told from: that of the hop, or of the person who looks."""
    verdicts = find_verdicts(token, trace) if trace else {}
    rows = [
        _row(part, name, value, token.kind, verdicts, now=now)
        for part, members in (("header", token.header), ("payload", token.claims))
        for name, value in _in_order(members)
    ]
    return TokenView(token, rows)


def find_verdicts(token: Token, trace: Trace) -> dict[str, tuple[dict[str, Any], Hop]]:
    """By number, what the checks of the hop said at which this very token was shown to somebody."""
    found: dict[str, tuple[dict[str, Any], Hop]] = {}
    for hop in trace.hops:
        is_shown = any(one.text == token.text and not one.is_in_answer for one in find_tokens(hop.lead))
        is_signed_in_with = token.kind == "id-token" and hop.number == "4"
        for check in hop.lead.checks if is_shown or is_signed_in_with else ():
            before = found.get(check["number"])
            if before is None or WORST_FIRST.index(check["outcome"]) < WORST_FIRST.index(before[0]["outcome"]):
                found[check["number"]] = (check, hop)
    return found


def _in_order(members: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """``typ``, ``alg`` and ``kid`` first, then the payload's question: who says, about whom, to whom?"""
    first = [name for name in ("typ", "alg", "kid", "iss", "sub", "aud", "client_id") if name in members]
    for name in [*first, *(name for name in members if name not in first)]:
        yield name, members[name]


def _row(part: str, name: str, value: Any, kind: str, verdicts: dict[str, Any], *, now: float) -> Row:
    claim = find_claim(name, part=part, token=kind)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    numbers = claim.checks if claim else ()
    heard = [verdicts[number] for number in numbers if number in verdicts]
    numbers = tuple(number for number in numbers if number in verdicts) or numbers
    check, hop = min(heard, key=lambda one: WORST_FIRST.index(one[0]["outcome"]), default=(None, None))
    outcome = check["outcome"] if check else ""
    difference = read_note(check["note"]) if check and outcome == "failed" else None
    return Row(part, name, text, in_words(name, value, now=now), claim, numbers, outcome, hop, difference)


def in_words(name: str, value: Any, *, now: float) -> str:
    """What the value says to a person: a time from now, the name behind an identifier."""
    if name in TIMES and isinstance(value, int | float):
        return tell_time(value, now=now)
    if not isinstance(value, str):
        return ""
    if name in ("iss", "aud", "resource", "htu") and value.startswith("http"):
        return place_at(value).name
    if name in ("aud", "client_id", "azp"):
        return APPS.get(value, "")
    if name == "sub":
        return next((person.name for person in PEOPLE if person.sub == value), "")
    return ""


def tell_time(at: float, *, now: float) -> str:
    try:
        clock = datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return "no time that a clock can show"
    seconds = round(abs(at - now))
    if seconds < 1:
        return f"{clock}, that moment"
    span = (
        f"{seconds} s"
        if seconds < 120
        else f"{seconds // 60} min {seconds % 60} s"
        if seconds < 7200
        else _long(seconds)
    )
    return f"{clock}, {span} {'later' if at > now else 'earlier'}"


def _long(seconds: int) -> str:
    hours = seconds // 3600
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"

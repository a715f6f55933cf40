"""Command all parties at once, and say who did not take it.

In the flow this is the only way by which the stage reaches into a party: ``POST /-/stage/<command>`` with the key
that the two share. A party that is down, or slow, is an outcome and no error: the others have changed by then.

Deliberately does not: try again. The truth stays at the stage, and ``world.tell_again`` pushes it once more.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from django.conf import settings

from stage.kit import addresses
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp

TIMEOUT: Final = 5.0


@dataclass(frozen=True)
class Door:
    """One party's door. ``place`` is what the party's settings call it."""

    place: str
    name: str
    url: str


DOORS: Final = (
    Door("agent0", "Agent0", addresses.AGENT0_URL),
    Door("todo0", "Todo0", addresses.TODO0_URL),
    Door("idp", "Acme IdP", addresses.IDP_URL),
)


@dataclass(frozen=True)
class Outcome:
    """``reason`` says why the party did not take the command, empty when it did; ``answer`` is what it said."""

    door: Door
    reason: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        return not self.reason


def find_doors() -> tuple[Door, ...]:
    """All parties that run here: with an IdP of somebody else's (docs/okta.md) ours is not started."""
    return tuple(door for door in DOORS if door.place != "idp" or addresses.ENTERPRISE_URL == addresses.IDP_URL)


def push(command: str, body_for: Callable[[Door], dict[str, Any]] = lambda door: {}) -> list[Outcome]:
    """``body_for`` makes each party's body, since a clock may go wrong at one of them."""
    doors = find_doors()
    with ThreadPoolExecutor(max_workers=len(doors)) as pool:
        return list(pool.map(lambda door: _knock(door, command, body_for(door)), doors))


def ask(place: str, command: str, body: dict[str, Any]) -> Outcome:
    """One party alone, for what is a question and no change."""
    return _knock(next(door for door in DOORS if door.place == place), command, body)


def _knock(door: Door, command: str, body: dict[str, Any]) -> Outcome:
    url, key = f"{door.url}/-/stage/{command}", {"Authorization": f"Bearer {settings.STAGE_KEY}"}
    try:
        answer = _http().request("POST", url, json=body, headers=key)
        if answer.status != 200:
            return Outcome(door, _read_refusal(answer))
        return Outcome(door, answer=answer.json())
    except HttpFailure as failure:
        return Outcome(door, failure.reason)


def _read_refusal(answer: HttpAnswer) -> str:
    """What the party says of it, in its own words, where it says something."""
    try:
        said = str(answer.json().get("message", ""))
    except HttpFailure:
        said = ""
    return said[:300] or f"answered {answer.status}, expected 200"


@cache
def _http() -> OutgoingHttp:
    return OutgoingHttp(allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES, timeout=TIMEOUT, purpose="stage")

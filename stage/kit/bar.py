"""The stage's bar on every page of every place: what time it is in the world, what is broken, and what to press.

In the flow the context processor makes one a page, from the state that the request began with. Its buttons are one
form to the stage, which acts on all places and sends the browser back (``stage.kit.ticket``).

Deliberately does not: ask the stage anything. A page must not hang on it.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from stage.kit import addresses, state
from stage.kit.registry.faults import load_faults
from stage.kit.state import Armed
from stage.kit.ticket import make_ticket

TOAST_COOKIE: Final = "stage_toast"
TOAST: Final = re.compile(r"(reset|undone)-(\d{1,2}\.\d)(?:-((?:agent0|todo0|idp)(?:\.(?:agent0|todo0|idp))*))?")
NAMES: Final = {"agent0": "Agent0", "todo0": "Todo0", "idp": "the IdP"}


@dataclass(frozen=True)
class ArmedFault:
    number: str
    label: str
    is_sticky: bool


@dataclass(frozen=True)
class Toast:
    """``missed`` names who did not take part, in words; empty: everybody did."""

    kind: str
    seconds: str
    missed: str


@dataclass(frozen=True)
class Bar:
    """``held_minutes``: for how long the gate stays closed at most, 0 when it is open."""

    action: str
    ticket: str
    faults: tuple[ArmedFault, ...]
    now: datetime
    offset: str
    skew: str
    held_minutes: int
    toast: Toast | None

    @property
    def is_late(self) -> bool:
        """By so much that people should hear of it. What the clock loses while it is held is shown beside it."""
        return "min" in self.offset or "h" in self.offset


def build_bar(request: HttpRequest) -> Bar | None:
    """None where there is no stage."""
    if not settings.STAGE_KEY:
        return None
    held, real = state.current(), time.time()
    is_held = held.is_held(real)
    world = real + held.shift(real) - held.skew
    return Bar(
        action=f"{addresses.STAGE_URL}/world",
        ticket=make_ticket(request),
        faults=tuple(_describe(one) for one in held.faults),
        now=datetime.fromtimestamp(world, UTC),
        offset="" if is_held else in_words(world - real),
        skew=in_words(held.skew),
        held_minutes=ceil((held.hold.until - real) / 60) if held.hold and is_held else 0,
        toast=read_toast(request.COOKIES.get(TOAST_COOKIE, "")),
    )


def in_words(seconds: float) -> str:
    """``+6 min``, ``+1 h 4 min``, ``+42 s``; empty for less than a second. Minutes are rounded."""
    whole = round(abs(seconds))
    if whole == 0:
        return ""
    if whole >= 60:
        hours, minutes = divmod(round(whole / 60), 60)
        parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number]
    else:
        parts = [f"{whole} s"]
    return ("+" if seconds > 0 else "\N{MINUS SIGN}") + " ".join(parts)


def read_toast(text: str) -> Toast | None:
    """What a cookie of the stage's says; anything else says nothing."""
    found = TOAST.fullmatch(text)
    if found is None:
        return None
    missed = [NAMES[place] for place in (found[3] or "").split(".") if place]
    return Toast(found[1], found[2], " and ".join(missed))


def _describe(one: Armed) -> ArmedFault:
    """A number that the registry does not know is shown all the same: nobody should debug what nobody sees."""
    known = load_faults().get(one.id)
    return ArmedFault(one.id, known.label if known else "", one.mode == "sticky")

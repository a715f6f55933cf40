"""The thirteen hops of the happy path, and the rules by which a recorded exchange is one of them.

In the flow each hop is one arrow that the recorder draws; the four steps of the first explanation are folds of
them.

Deliberately does not: look at an exchange. ``stage.recorder.hops`` reads the rules, the first one that fits
counts.
"""

import functools
from dataclasses import dataclass
from typing import Literal

from stage.kit.registry.loader import load
from stage.kit.registry.references import Reference, refer_to

PlaceKey = Literal["you", "agent0", "idp", "todo0", "api"]


@dataclass(frozen=True)
class Hop:
    """One arrow. ``side`` is "answer" where it is the way back of the hop before it, as is the ID-JAG's.

    ``status`` is what the happy path is answered, ``absent`` why a trace may be without this hop.
    """

    number: int
    step: int
    origin: PlaceKey
    target: PlaceKey
    title: str
    label: str
    answer: str
    status: tuple[int, ...]
    story: str
    spec: str
    absent: str
    side: Literal["both", "answer"] = "both"
    checks: str = ""

    @property
    def reference(self) -> Reference:
        return refer_to(self.spec)


@dataclass(frozen=True)
class Rule:
    """What an exchange must be to belong to ``hop``; an empty condition is none, and no hop means *leave it out*.

    ``path`` and ``grant`` are patterns for all of the path, and of the form's ``grant_type``.
    """

    hop: int = 0
    leads: bool = False
    asks: bool = False
    origin: Literal["", "you", "agent0", "idp", "todo0", "api"] = ""
    target: Literal["", "you", "agent0", "idp", "todo0", "api"] = ""
    method: str = ""
    path: str = ""
    grant: str = ""
    token: Literal["", "with", "without"] = ""
    during: Literal["", "sign-in", "act"] = ""


@functools.cache
def load_hops() -> dict[int, Hop]:
    """Every hop by its number, in their order. Nobody may change what is returned."""
    return {hop.number: hop for hop in load("hops", Hop)}


@functools.cache
def load_rules() -> tuple[Rule, ...]:
    return load("hops", Rule)

"""The numbered checks (I, R, A and their neighbours S, C, L): what each sees to, why it exists, who mends it.

In the flow each is one or more functions of the party that runs it, and its number is public. Here is what people
read beside a verdict.

Deliberately does not: say in which order they run. The parties' tuples ``CHECKS`` do, and argue for it.
"""

import functools
from dataclasses import dataclass
from typing import Literal, NamedTuple

from stage.kit.registry.loader import load
from stage.kit.registry.references import Reference, refer_to


class Answer(NamedTuple):
    """What goes over the wire: ``error`` is "" where the answer is a status alone."""

    status: int
    error: str


@dataclass(frozen=True)
class Family:
    """The checks of one letter, and whose they are."""

    letter: str
    title: str
    place: Literal["idp", "todo0", "apps"]
    asks: str


@dataclass(frozen=True)
class Check:
    """One number. ``stops`` is the one attack for whose sake it exists; ``answers`` begins with the usual one."""

    number: str
    title: str
    text: str
    stops: str
    mended_by: str
    spec: tuple[str, ...]
    level: Literal["MUST", "SHOULD", "local"]
    answers: tuple[str, ...]

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(refer_to(one) for one in self.spec)

    @property
    def expected(self) -> tuple[Answer, ...]:
        parts = [one.partition(" ") for one in self.answers]
        return tuple(Answer(int(status), error) for status, _, error in parts)


@functools.cache
def load_checks() -> dict[str, Check]:
    """Every check by its number, in the order of the numbers. Nobody may change what is returned."""
    return {check.number: check for name in ("checks", "checks_beside") for check in load(name, Check)}


@functools.cache
def load_families() -> tuple[Family, ...]:
    return tuple(family for name in ("checks", "checks_beside") for family in load(name, Family))

"""Numbered checks, run in order: the one shape that every decision about a token has here.

A rule of the protocol is a function that takes what is known so far and returns it with its finding, or refuses.
Its number is public: the log, the pages, the docs and the tests speak of it. A tuple of checks is an argument, its
order says what each one stands on, and the first refusal is *the* cause: what comes after it is *not reached*.

The runner, not the checks, keeps and logs one verdict each. Whoever wants to show verdicts adds a handler to the
logger and reads ``record.verdict``.

Deliberately does not: catch anything but a refusal. A crash is not a verdict.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, TypeVar

State = TypeVar("State")
Outcome = Literal["passed", "narrowed", "failed", "not reached"]


class Verdict(NamedTuple):
    """How one check went. ``note`` says why it failed or what it withheld, and never holds a token."""

    number: str
    name: str
    title: str
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True)
class Narrowed(Generic[State]):
    """What a check returns that grants less than was asked: it has not refused, but people should hear of it."""

    state: State
    note: str


@dataclass(frozen=True)
class Check(Generic[State]):
    """One rule with its public number and, for pages, a few words on what it sees to."""

    number: str
    title: str
    find: Callable[[State], State | Narrowed[State]]

    @property
    def name(self) -> str:
        return self.find.__name__

    def __call__(self, state: State) -> State | Narrowed[State]:
        return self.find(state)


def numbered(number: str, title: str) -> Callable[[Callable[[State], State | Narrowed[State]]], Check[State]]:
    """Make a function a ``Check``: ``@numbered("R7", "aud is this server alone")``."""
    return lambda find: Check(number, title, find)


@dataclass
class CheckRun(Generic[State]):
    """One walk along a tuple of checks: how far it got (``state``), and how each check went (``verdicts``).

    ``refusal`` is the exception by which these checks refuse; its text becomes the note of the failed verdict.
    """

    state: State
    refusal: type[Exception]
    log: logging.Logger
    verdicts: list[Verdict] = field(default_factory=list)

    def through(self, checks: Sequence[Check[State]]) -> State:
        """The state with the findings of all ``checks``; the first refusal is raised on."""
        for position, check in enumerate(checks):
            try:
                found = check(self.state)
            except self.refusal as refusal:
                self._note(check, "failed", str(refusal))
                for missed in checks[position + 1 :]:
                    self._note(missed, "not reached")
                raise
            if isinstance(found, Narrowed):
                self.state = found.state
                self._note(check, "narrowed", found.note)
            else:
                self.state = found
                self._note(check, "passed")
        return self.state

    @property
    def failed(self) -> str:
        """The number of the check that refused, or nothing."""
        return next((verdict.number for verdict in self.verdicts if verdict.outcome == "failed"), "")

    def _note(self, check: Check[State], outcome: Outcome, note: str = "") -> None:
        verdict = Verdict(check.number, check.name, check.title, outcome, note)
        self.verdicts.append(verdict)
        tell(self.log, verdict)


def tell(log: logging.Logger, verdict: Verdict) -> None:
    """One log record; for a rule that no function in a tuple stands for, too."""
    level = logging.WARNING if verdict.outcome == "failed" else logging.DEBUG
    words = (verdict.number, verdict.name, verdict.outcome, verdict.note)
    log.log(level, "%s %s %s %s", *words, extra={"verdict": verdict})

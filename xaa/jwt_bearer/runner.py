"""Run the checks in order and say, once each, how they went: passed, narrowed, failed, not reached.

The checks themselves log nothing, so there is one place to look and one vocabulary. A project that wants to show
the verdicts (a recorder, a metric) adds an observer instead of parsing the log.

Deliberately does not: catch anything but a check's own refusal. A crash is not a verdict.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from xaa.jwt_bearer.presented import Check, IdJagRejected, Presented

log = logging.getLogger("xaa.jwt_bearer.checks")

Outcome = Literal["passed", "narrowed", "failed", "not reached"]


class Verdict(NamedTuple):
    """How one check went. ``reason`` holds expected and found of a failed one, never a token."""

    number: str
    name: str
    outcome: Outcome
    reason: str = ""


Observer = Callable[[Verdict], None]
observers: list[Observer] = []
"""Called with every verdict, in order. They must not raise and must not block."""


def run_checks(presented: Presented, checks: Sequence[Check]) -> Presented:
    """``presented`` with the findings of all ``checks``, or the first refusal, with its number."""
    for position, check in enumerate(checks):
        try:
            presented = check(presented)
        except IdJagRejected as rejected:
            rejected.check = check.number
            _report(Verdict(check.number, check.name, "failed", rejected.reason))
            for missed in checks[position + 1 :]:
                _report(Verdict(missed.number, missed.name, "not reached"))
            raise
        outcome: Outcome = "narrowed" if check.number in presented.narrowed else "passed"
        _report(Verdict(check.number, check.name, outcome))
    return presented


def _report(verdict: Verdict) -> None:
    level = logging.WARNING if verdict.outcome == "failed" else logging.DEBUG
    log.log(level, "%s %s %s %s", verdict.number, verdict.name, verdict.outcome, verdict.reason)
    for observer in observers:
        observer(verdict)

"""Run the checks of a token exchange in order, and keep one verdict for each.

In the flow this is the thread on which ``CHECKS`` is strung: the first check that refuses is *the* cause, and
those behind it are *not reached*. The runner, not the checks, logs, so that a check is nothing but its rule.

Deliberately does not: log a value. A log line names a check and its outcome; what was asked stands in the system
log, and tokens stand nowhere. It catches nothing but a refusal either: a crash is not a verdict.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.token_exchange_state import Exchange

log = logging.getLogger("idp_mock.token_exchange")

PASSED: Final = "passed"
NARROWED: Final = "narrowed"
FAILED: Final = "failed"
NOT_REACHED: Final = "not reached"

Find = Callable[[Exchange], Exchange]


@dataclass(frozen=True)
class Check:
    """A numbered rule. It returns the exchange with what it found, or refuses. The number and title are public:
    the log, the pages, the docs and the tests speak of them."""

    number: str
    title: str
    find: Find

    @property
    def name(self) -> str:
        return self.find.__name__

    def __call__(self, exchange: Exchange) -> Exchange:
        return self.find(exchange)


def numbered(number: str, title: str) -> Callable[[Find], Check]:
    return lambda find: Check(number, title, find)


@dataclass(frozen=True)
class Verdict:
    """How one check went. ``note`` says why it failed or what it withheld, in words without request values."""

    number: str
    title: str
    outcome: str
    note: str = ""


class ExchangeRefused(OAuthError):
    """The refusal of one check. ``check`` is its number, for the log; the wire gets code and description."""

    def __init__(self, check: Check, refusal: OAuthError) -> None:
        super().__init__(refusal.error, refusal.description, refusal.status)
        self.check = check.number


@dataclass
class Run:
    """One walk along the checks: how far the exchange has got, and how each check went."""

    exchange: Exchange
    verdicts: list[Verdict] = field(default_factory=list)

    def through(self, checks: Sequence[Check]) -> Exchange:
        """The exchange with the findings of all ``checks``; raises ``ExchangeRefused`` with the first refusal."""
        for position, check in enumerate(checks):
            try:
                found = check(self.exchange)
            except OAuthError as refusal:
                self._note(check, FAILED, refusal.description)
                for missed in checks[position + 1 :]:
                    self._note(missed, NOT_REACHED)
                raise ExchangeRefused(check, refusal) from refusal
            withheld = found.withheld if found.withheld != self.exchange.withheld else ()
            self.exchange = found
            self._note(check, *((NARROWED, f"Not granted: {' '.join(withheld)}") if withheld else (PASSED,)))
        return self.exchange

    def _note(self, check: Check, outcome: str, note: str = "") -> None:
        self.verdicts.append(Verdict(check.number, check.title, outcome, note))
        log.info("%s %s: %s", check.number, check.name, outcome)

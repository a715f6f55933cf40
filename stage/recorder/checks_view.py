"""The checks of a hop as a person reads them: verdict, expected and found, why a check exists, who mends it.

In the flow the party that decided has written one verdict a check, in the order in which they ran; the first red
one is the cause, what follows it was not reached. The words beside each come from the registry.

Deliberately does not: add a verdict. A check that no party recorded is not in the list.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from stage.kit.registry.checks import Check, Family, load_checks, load_families
from stage.recorder.difference import Difference, read_note
from stage.recorder.exchange import Exchange

TONES = {"passed": "ok", "narrowed": "narrowed", "failed": "deny", "not reached": "neutral"}


@dataclass(frozen=True)
class CheckRow:
    """One verdict. ``known`` is the registry's row; None for a number that is not in it."""

    number: str
    title: str
    outcome: str
    note: str
    known: Check | None
    difference: Difference | None

    @property
    def tone(self) -> str:
        return TONES[self.outcome]

    @property
    def is_open(self) -> bool:
        return self.outcome in ("failed", "narrowed")


@dataclass(frozen=True)
class ChecksView:
    rows: list[CheckRow]
    families: list[Family]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Outcome, tone and number, of those that there are."""
        counted = Counter(row.outcome for row in self.rows)
        return [(outcome, tone, counted[outcome]) for outcome, tone in TONES.items() if counted[outcome]]


def view_checks(exchange: Exchange) -> ChecksView:
    return view_verdicts(exchange.checks)


def view_verdicts(verdicts: list[dict[str, Any]]) -> ChecksView:
    rows = [_row(check) for check in verdicts]
    letters = {row.number[:1] for row in rows}
    return ChecksView(rows, [family for family in load_families() if family.letter in letters])


def _row(check: dict[str, Any]) -> CheckRow:
    return CheckRow(
        number=check["number"],
        title=check["title"],
        outcome=check["outcome"],
        note=check["note"],
        known=load_checks().get(check["number"]),
        difference=read_note(check["note"]) if check["outcome"] == "failed" else None,
    )

"""What all changes by an admin have in common: who makes one, over which version, and how it is told.

In the flow every page that changes something reads a row with its version, and saves over that version alone. The
state before and after is kept as JSON, in words that outlive what they name.

Deliberately does not: merge. Of two admins who edit one version, the second is told and loses nothing she typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp_mock.directory.models import Person


class StaleVersion(Exception):
    """Somebody saved the row after the version that this change is based on."""


class NotUndoable(Exception):
    """The state before the change cannot be had again. The text says why, for the admin."""


@dataclass(frozen=True)
class By:
    """Who changes something, and when."""

    person: Person
    at: datetime


def differences(
    labels: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[dict[str, str]]:
    """What changed, in words: ``label``, ``before``, ``after``."""
    return [
        {"label": label, "before": words(before.get(name)), "after": words(after.get(name))}
        for name, label in labels.items()
        if before.get(name) != after.get(name)
    ]


def summarise(rows: list[dict[str, str]]) -> str:
    told = "; ".join(f"{row['label']}: {row['before']} → {row['after']}" for row in rows)
    return told or "Saved without a change"


def words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value in (None, "") else str(value)

"""What all changes by an administrator have in common, whichever party's: versions, and how a change is told.

In the flow every page that changes something reads a row with its version, and saves over that version alone. The
state before and after is kept as JSON, in words that outlive what they name.

Deliberately does not: merge. Of two admins who edit one version, the second is told and loses nothing she typed.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

LAB: Final = "The lab"
"""Who made a change that a fault of the stage's is: known by this name in every party's log."""


class StaleVersion(Exception):
    """Somebody saved the row after the version that this change is based on."""


class NotUndoable(Exception):
    """That state cannot be, or cannot be had again. The text says why, for the admin; ``field``, where."""

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


def read_version(text: str) -> int:
    """The version that a form was filled in over; 0, which is always stale, for what is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def base_on(form: Any, version: int) -> None:
    """A form that came too late: what was typed in stays, and over ``version`` its next save counts."""
    form.data = form.data.copy()
    form.data["version"] = version


def offer_undo(history: list[dict[str, Any]], address: Callable[[Any], str | None]) -> list[dict[str, Any]]:
    """``history``, newest first, each entry with the ``address`` that takes its change back, if there is one."""
    for entry in history:
        if undo := address(entry["change"]):
            said = "Undo" if entry is history[0] else "Restore what was before"
            entry.update(undo=undo, undo_words=said)
    return history


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
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value in (None, "") else str(value)

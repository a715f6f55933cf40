"""What one check of the pre-flight found. Deliberately does not: know which checks there are."""

from dataclasses import dataclass
from typing import Literal

Remedy = Literal["", "clear", "clocks", "reset"]
"""What the page can do about it with one button; empty: a person has to."""


@dataclass(frozen=True)
class Finding:
    """``found`` is what was seen, in a sentence; ``advice`` is what to do when it is not well."""

    title: str
    is_well: bool
    found: str
    advice: str = ""
    remedy: Remedy = ""
    trace_id: str = ""


def well(title: str, found: str, *, trace_id: str = "") -> Finding:
    return Finding(title, True, found, trace_id=trace_id)


def ill(title: str, found: str, advice: str, *, remedy: Remedy = "", trace_id: str = "") -> Finding:
    return Finding(title, False, found, advice, remedy, trace_id)

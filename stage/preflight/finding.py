"""What one check of the pre-flight found. Deliberately does not: know which checks there are."""

from dataclasses import dataclass
from typing import Literal

Remedy = Literal["", "clear", "clocks", "reset"]
"""What the page can do about it with one button; empty: a person has to."""


@dataclass(frozen=True)
class Finding:
    """``found`` is what was seen, in a sentence. When it is not well, ``who`` can mend it, as ``advice`` says."""

    title: str
    is_well: bool
    found: str
    who: str = ""
    advice: str = ""
    remedy: Remedy = ""
    trace_id: str = ""
    is_tried: bool = True


def well(title: str, found: str, *, trace_id: str = "") -> Finding:
    return Finding(title, True, found, trace_id=trace_id)


def ill(title: str, found: str, *, who: str, advice: str, remedy: Remedy = "", trace_id: str = "") -> Finding:
    return Finding(title, False, found, who, advice, remedy, trace_id)


def untried(title: str) -> Finding:
    """Neither well nor ill: what it stands on is ill, and it would only say the same again."""
    return Finding(title, False, "Not tried: something before it must be mended first.", is_tried=False)

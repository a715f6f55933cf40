"""How much one may do: ``burst`` at once, and in the long run one every ``spacing`` microseconds (a token bucket).

Written as Auth0 tabulates its limits, the sustained one and the burst: ``5/s burst 5``.

Deliberately does not: know a database. Settings are read before there is one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SECOND: Final = 1_000_000
UNITS: Final = {"s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND}
SHAPE: Final = re.compile(r"([1-9]\d{0,5})/(s|min|h) burst ([1-9]\d{0,5})")


@dataclass(frozen=True)
class Allowance:
    spacing: int
    burst: int

    def __str__(self) -> str:
        """As it would be written, by the smallest unit in which it comes out even."""
        even = (unit for unit, size in UNITS.items() if size // max(1, size // self.spacing) == self.spacing)
        unit = next(even, "h")
        return f"{UNITS[unit] // self.spacing}/{unit} burst {self.burst}"

    def share(self, percent: int) -> "Allowance":
        """So much of it, and one at least."""
        return Allowance(self.spacing * 100 // percent, max(1, self.burst * percent // 100))

    def admits(self, moments: Iterable[float]) -> list[bool]:
        """Who of those that come at ``moments`` gets in, from a bucket that is full at first (``bucket.take``)."""
        full_at, admitted = 0, []
        for at in (round(moment * SECOND) for moment in moments):
            moved_on = max(full_at, at) + self.spacing
            admitted.append(moved_on <= at + self.spacing * self.burst)
            full_at = moved_on if admitted[-1] else full_at
        return admitted


def parse_allowance(text: str) -> Allowance:
    """Raises ``ValueError``, in words for whoever wrote it."""
    found = SHAPE.fullmatch(text)
    if not found:
        raise ValueError(f"expected such as '5/s burst 5' (or /min, /h), found {text!r}")
    return Allowance(spacing=UNITS[found[2]] // int(found[1]), burst=int(found[3]))

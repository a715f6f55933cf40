"""How much one may do: ``burst`` at once, and in the long run one every ``spacing`` microseconds (a token bucket).

Written as Auth0 tabulates its limits, the sustained one and the burst: ``5/s burst 5``.

Deliberately does not: know a database. Settings are read before there is one.
"""

import re
from dataclasses import dataclass
from typing import Final

SECOND: Final = 1_000_000
UNITS: Final = {"s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND}
SHAPE: Final = re.compile(r"([1-9]\d{0,5})/(s|min|h) burst ([1-9]\d{0,5})")


@dataclass(frozen=True)
class Allowance:
    spacing: int
    burst: int


def parse_allowance(text: str) -> Allowance:
    """Raises ``ValueError``, in words for whoever wrote it."""
    found = SHAPE.fullmatch(text)
    if not found:
        raise ValueError(f"expected such as '5/s burst 5' (or /min, /h), found {text!r}")
    return Allowance(spacing=UNITS[found[2]] // int(found[1]), burst=int(found[3]))

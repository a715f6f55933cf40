"""The one clock of ``xaa``: whatever here needs the time reads it from this file, or is given it.

In the flow every lifetime is measured by it: when a token was issued, whether it has expired, how old a sign-in
is. Whoever wants to see a token expire without waiting for it can have the clock go ahead (``shift_by``).

Deliberately does not: measure how long something takes. Time-outs and caches use a monotonic clock, which nobody
shifts.
"""

import time
from collections.abc import Callable


def _not_at_all() -> float:
    return 0.0


_shift: Callable[[], float] = _not_at_all


def read_clock() -> float:
    """Seconds since the epoch, as in a NumericDate (RFC 7519 §2)."""
    return time.time() + _shift()


def shift_by(shift: Callable[[], float] | None) -> None:
    """From now on the clock is off by what ``shift`` says, in seconds, at each reading; None puts it right.

    Nothing in a product calls this.
    """
    global _shift  # noqa: PLW0603  one clock a process
    _shift = shift or _not_at_all

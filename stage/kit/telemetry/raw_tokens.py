"""The JWTs that this process saw, whole, for the faults that present one again: in memory, and until they expire.

In the flow: redaction hands each JWT in before it takes the signature off. ``find`` gives it back by the
fingerprint that the pages show. Bounded, the oldest go first; nothing is written anywhere.

Deliberately does not: exist outside the demo. Nothing fills it while nothing is recorded.
"""

import threading
from collections import OrderedDict
from typing import Final

from xaa.clock import read_clock
from xaa.compact import JoseError, peek
from xaa.fingerprint import fingerprint

MOST: Final = 64
_lock = threading.Lock()
_kept: OrderedDict[str, tuple[str, float]] = OrderedDict()


def keep(token: str) -> None:
    try:
        expires_at = float(peek(token).unverified_claims["exp"])
    except (JoseError, KeyError, TypeError, ValueError):
        return
    with _lock:
        _kept[fingerprint(token)] = (token, expires_at)
        _kept.move_to_end(fingerprint(token))
        _forget_what_is_over()


def find(fp: str) -> str:
    """The living token of that fingerprint, ``JAG-7f3a`` or ``7f3a``; raises ``KeyError`` when there is none."""
    with _lock:
        _forget_what_is_over()
        return _kept[fp.rpartition("-")[2]][0]


def forget() -> None:
    """All of them, as when the world is reset."""
    with _lock:
        _kept.clear()


def _forget_what_is_over() -> None:
    now = read_clock()
    for fp in [fp for fp, (_, expires_at) in _kept.items() if expires_at <= now]:
        del _kept[fp]
    while len(_kept) > MOST:
        _kept.popitem(last=False)

"""One clock for a party: the time of ``xaa`` and of Django, both off by what the stage says (docs/decisions/0009).

In the flow *+6 min* is then true for tokens, sessions, and logs alike, and a held clock stands still for all of
them. Both readings are taken from ``stage.kit.state.current()``, so that one request has one world. DEMO ONLY: no
product moves its clock.

Deliberately does not: move what is measured with a monotonic clock (time-outs, caches), a cookie's ``Expires``
(the browser's clock is right) or the times that the process's own log lines begin with.
"""

import time
from datetime import datetime, timedelta
from functools import wraps

from django.utils import timezone

from xaa import clock

_right = timezone.now


def install() -> None:
    """Once a process and before any model is imported, since a model keeps the function that its default is."""
    clock.shift_by(_find_shift)
    timezone.now = _now


def uninstall() -> None:
    clock.shift_by(None)
    timezone.now = _right


@wraps(_right)
def _now() -> datetime:
    return _right() + timedelta(seconds=_find_shift())


def _find_shift() -> float:
    from stage.kit.state import current  # not before the settings have been read

    return current().shift(time.time())

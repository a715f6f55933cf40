"""The turnstile: requests go through one by one, and a reset closes it until the new world is there.

In the flow requests that are under way end in the world they began in, and whoever comes meanwhile waits for the
next one. Without it a page would find its person gone between two statements, or write her into the new world.

Deliberately does not: hold up other processes of the party (a worker notices the new world by itself), streams
that are still being sent, or anybody for longer than the limits say.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE: Final = 0.3
"""Seconds that a reset waits for the requests under way."""
LONGEST: Final = 3.0
"""Seconds that a request waits for a reset."""

_moved = threading.Condition()
_inside = 0
_is_closed = False


@contextmanager
def passing() -> Iterator[None]:
    """One request."""
    global _inside  # noqa: PLW0603  one turnstile a process
    with _moved:
        _moved.wait_for(lambda: not _is_closed, timeout=LONGEST)
        _inside += 1
    try:
        yield
    finally:
        with _moved:
            _inside -= 1
            _moved.notify_all()


@contextmanager
def closed() -> Iterator[None]:
    """For a request that came through it, and is alone from here on."""
    global _is_closed  # noqa: PLW0603
    with _moved:
        _is_closed = True
        _moved.wait_for(lambda: _inside <= 1, timeout=PATIENCE)
    try:
        yield
    finally:
        with _moved:
            _is_closed = False
            _moved.notify_all()

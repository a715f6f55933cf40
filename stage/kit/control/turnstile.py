"""The turnstile: requests go through one by one, and a reset closes it until the new world is there.

In the flow requests that are under way end in the world they began in, and whoever comes meanwhile waits for the
next one. Without it a page would find its person gone between two statements, or write her into the new world. One
that is still under way when a reset has waited long enough may read on, and writes nothing any more.

Deliberately does not: hold up other processes of the party (a worker and the MCP server notice the new world by
themselves), streams that are still being sent, or anybody for longer than the limits say.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final

from django.db import connection

from stage.kit.state import WorldHasEnded

PATIENCE: Final = 0.3
"""Seconds that a reset waits for the requests under way."""
LONGEST: Final = 3.0
"""Seconds that a request waits for a reset."""
WRITES: Final = ("INSERT", "UPDATE", "DELETE")

_moved = threading.Condition()
_inside = 0
_writing = 0
_is_closed = False
_turn = 0
"""How often it was closed. A request of an earlier turn has seen its world end."""
_of_request: ContextVar[int] = ContextVar("turn_of_the_request", default=0)


@contextmanager
def passing(*, is_of_the_world: bool = True) -> Iterator[None]:
    """One request; what one writes that ``is_of_the_world`` is written into the world that it began in."""
    global _inside  # noqa: PLW0603  one turnstile a process
    with _moved:
        _moved.wait_for(lambda: not _is_closed, timeout=LONGEST)
        _inside += 1
        _of_request.set(_turn)
    try:
        with connection.execute_wrapper(_guard) if is_of_the_world else nullcontext():
            yield
    finally:
        with _moved:
            _inside -= 1
            _moved.notify_all()


@contextmanager
def closed() -> Iterator[None]:
    """For a request that came through it, and is alone from here on."""
    global _is_closed, _turn  # noqa: PLW0603
    with _moved:
        _is_closed = True
        _moved.wait_for(lambda: _inside <= 1, timeout=PATIENCE)
        _turn += 1
        _of_request.set(_turn)
        _moved.wait_for(lambda: not _writing, timeout=PATIENCE)
    try:
        yield
    finally:
        with _moved:
            _is_closed = False
            _moved.notify_all()


def _guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Around each statement of a request: one that writes is of the present turn, or is not carried out."""
    global _writing  # noqa: PLW0603
    if not sql.lstrip().upper().startswith(WRITES):
        return execute(sql, params, many, context)
    with _moved:
        if _of_request.get() != _turn:
            raise WorldHasEnded
        _writing += 1
    try:
        return execute(sql, params, many, context)
    finally:
        with _moved:
            _writing -= 1
            _moved.notify_all()

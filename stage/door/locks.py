"""Locks between processes that vanish with their holder, however it dies."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows has no flock: there, two demos in one folder are not noticed
    fcntl = None  # type: ignore[assignment]


class Held(Exception):
    """Somebody else holds the lock."""


def acquire(path: Path, *, wait: bool) -> IO[str]:
    """Open and lock ``path``, for as long as the returned file stays open. Children do not inherit it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = path.open("a+", encoding="utf-8")
    if fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as busy:
            handle.close()
            raise Held(str(path)) from busy
    return handle


@contextlib.contextmanager
def holding(path: Path) -> Iterator[None]:
    """Wait for the lock, and hold it for the length of the block."""
    handle = acquire(path, wait=True)
    try:
        yield
    finally:
        handle.close()

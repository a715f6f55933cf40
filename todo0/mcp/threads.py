"""From the event loop to Django and back: its ORM is synchronous, and keeps a connection a thread.

Deliberately does not: hold a connection between two calls longer than Django's own servers do.
"""

from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread
from django.db import close_old_connections

T = TypeVar("T")


async def in_thread(act: Callable[..., T], *arguments: object) -> T:
    """``act(*arguments)`` in a worker thread, between what Django does before and after a request."""

    def whole() -> T:
        close_old_connections()
        try:
            return act(*arguments)
        finally:
            close_old_connections()

    return await to_thread.run_sync(whole)

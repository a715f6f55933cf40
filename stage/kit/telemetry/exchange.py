"""One HTTP exchange as one side had it, before anything is taken out of it.

In the flow: ``wsgi``, ``asgi`` and ``outgoing`` fill one in while the request is served or sent; it waits in this
process's memory until the outbox has redacted it. Bodies are kept to 64 KiB, and their true size is counted on.

Deliberately does not: leave the process in this form.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from stage.kit import state, telemetry

Headers = list[tuple[str, str]]

LIMIT: Final = 64 * 1024
MARGIN: Final = 4 * 1024
"""Kept beyond the limit until redaction is done, so that no half secret stands at the cut."""


def armed_now() -> tuple[str, ...]:
    """Those that are meant for this flow."""
    return state.current().strike(telemetry.current_trace_id())


class Body:
    """The beginning of a body, and how long it was."""

    def __init__(self, whole: bytes = b"") -> None:
        self.kept = bytearray()
        self.size = 0
        self.add(whole)

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        room = LIMIT + MARGIN - len(self.kept)
        if room > 0:
            self.kept += piece[:room]


@dataclass
class Message:
    headers: Headers
    body: Body = field(default_factory=Body)

    def header(self, name: str) -> str:
        return next((value for found, value in self.headers if found.lower() == name), "")


@dataclass
class Exchange:
    """``span`` is what it belongs to, once that has ended; ``when_complete`` is told when the exchange has."""

    method: str
    target: str
    request: Message
    response: Message | None = None
    status: int | None = None
    traceparent: str = ""
    faults: tuple[str, ...] = ()
    is_complete: bool = False
    is_left_out: bool = False
    span: Any = None
    when_complete: Callable[["Exchange"], None] | None = None

    @property
    def weight(self) -> int:
        """About how many bytes of memory it holds."""
        return len(self.request.body.kept) + (len(self.response.body.kept) if self.response else 0)

    def complete(self) -> None:
        if not self.is_complete:
            self.is_complete = True
            if self.when_complete is not None:
                self.when_complete(self)

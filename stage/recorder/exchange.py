"""One HTTP exchange, put together from the one or two spans that saw it.

In the flow a request is recorded twice: by the party that sends it (a CLIENT span, what was on the wire) and by
the one that answers (the SERVER span that it caused, with the verdicts of its checks). Both are one hop. A
browser records nothing, so its requests are known from the server's side alone; a stranger's server, from the
client's.

Deliberately does not: rebuild anything. What a side did not record, it does not show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stage.recorder.models import Record
from stage.recorder.places import A_PROGRAM, AGENT0, YOU, Place, place_at, place_of


@dataclass(frozen=True)
class Message:
    """One direction as one side had it. ``status`` is None in a request."""

    headers: list[list[str]]
    body: str
    size: int
    status: int | None = None

    def header(self, name: str) -> str:
        """The first header of that name, without regard to case; empty when there is none."""
        return next((value for one, value in self.headers if one.lower() == name.lower()), "")


@dataclass(frozen=True)
class Exchange:
    """``wire`` is the caller's record, ``server`` the callee's; at least one is there."""

    wire: Record | None
    server: Record | None

    @property
    def record(self) -> Record:
        """The side to show first: what was on the wire."""
        return self.wire or self.server  # type: ignore[return-value]

    @property
    def at(self) -> datetime:
        return self.record.started_at

    @cached_property
    def caller(self) -> Place:
        if self.wire:
            return place_of(self.wire.place)
        return YOU if is_browsers(self.record) else A_PROGRAM

    @cached_property
    def callee(self) -> Place:
        if self.server:
            return place_of(self.server.place, target=self.path)
        return place_at(self.record.exchange["url"])

    @property
    def method(self) -> str:
        return str(self.record.exchange["method"])

    @property
    def target(self) -> str:
        return str(self.record.exchange["request"]["target"])

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @cached_property
    def request(self) -> Message:
        return read_request(self.record)

    @cached_property
    def response(self) -> Message | None:
        return read_response(self.record)

    @property
    def status(self) -> int | None:
        return self.response.status if self.response else None

    @property
    def error(self) -> str:
        """Why no answer came, as the caller has it."""
        return str(self.record.exchange.get("error") or "")

    @property
    def milliseconds(self) -> int:
        return round((self.record.ended_at - self.record.started_at).total_seconds() * 1000)

    @cached_property
    def form(self) -> dict[str, str]:
        """The parameters of a form that was sent."""
        return dict(parse_form(self.request))

    @cached_property
    def has_token(self) -> bool:
        return bool(self.request.header("Authorization") or self.request.header("DPoP"))

    @property
    def checks(self) -> list[dict[str, Any]]:
        """The verdicts of both sides, the callee's first: it decides."""
        return [check for record in (self.server, self.wire) if record for check in record.checks]

    @property
    def faults(self) -> list[str]:
        return sorted({fault for record in (self.server, self.wire) if record for fault in record.faults})

    @property
    def redactions(self) -> list[str]:
        return list(self.record.exchange.get("redactions") or [])


def read_request(record: Record) -> Message:
    said = record.exchange["request"]
    return Message(list(said["headers"]), str(said["body"]), int(said["size"]))


def read_response(record: Record) -> Message | None:
    said = record.exchange.get("response")
    if not said:
        return None
    return Message(list(said["headers"]), str(said["body"]), int(said["size"]), int(said["status"]))


def parse_form(message: Message) -> list[tuple[str, str]]:
    """The parameters of a form body, in their order; nothing when the body is something else."""
    if not message.header("Content-Type").startswith("application/x-www-form-urlencoded"):
        return []
    return parse_qsl(message.body, keep_blank_values=True)


def pair(records: Iterable[Record]) -> list[Exchange]:
    """The exchanges of ``records`` in the order in which they began, each from both of its sides.

    A server's record whose caller records, too, but has not delivered yet, waits for it: spans come in any order.
    """
    spans = {(record.trace_id, record.span_id): record for record in records if record.exchange}
    clients = {key: record for key, record in spans.items() if record.kind == Record.Kind.CLIENT}
    servers = [record for record in spans.values() if record.kind == Record.Kind.SERVER]
    caused = {(server.trace_id, server.parent_span_id): server for server in servers}
    exchanges = [Exchange(wire=client, server=caused.get(key)) for key, client in clients.items()]
    recording = {client.trace_id for client in clients.values() if client.place == AGENT0.key}
    for server in servers:
        caller = spans.get((server.trace_id, server.parent_span_id))
        if caller in clients.values():
            continue
        is_late = bool(server.parent_span_id) and caller is None and server.trace_id in recording
        if is_browsers(server) or not is_late:
            exchanges.append(Exchange(wire=None, server=server))
    return sorted(exchanges, key=lambda exchange: (exchange.at, exchange.record.seq or 0))


def is_browsers(server: Record) -> bool:
    """Whether a browser asked: it takes pages, or shows a cookie. It records nothing itself."""
    request = read_request(server)
    return "text/html" in request.header("Accept") or bool(request.header("Cookie"))

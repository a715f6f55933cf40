"""A door that remembers: every byte that passed it, and the HTTP exchanges that these bytes are.

The oracle of what went over the wire: it stands between the parties, knows nothing of them, and reads HTTP/1.1 for
itself (RFC 9112 §6), after the fact.
"""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

from tests.flow.doors import Door

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class WireMessage:
    first_line: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        return next((value for found, value in self.headers if found.lower() == name), "")

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found.lower() == name]


@dataclass(frozen=True)
class WireExchange:
    """``place`` is whose door it passed."""

    place: str
    request: WireMessage
    response: WireMessage

    @property
    def method(self) -> str:
        return self.request.first_line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.request.first_line.split(" ")[1]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def status(self) -> int:
        return int(self.response.first_line.split(" ")[1])

    @property
    def caller_span(self) -> str:
        """By which span its caller told of it; "" for a browser."""
        return self.request.header("traceparent")[36:52]

    @property
    def is_of_a_party(self) -> bool:
        return self.request.header("user-agent").startswith("xaa/")

    def __str__(self) -> str:
        return f"{self.method} {self.path} at {self.place}, answered {self.status}"


@dataclass
class _Connection:
    there: bytearray = field(default_factory=bytearray)
    back: bytearray = field(default_factory=bytearray)


class RecordingProxy(Door):
    def __init__(self, place: str, *, port: int, behind: int) -> None:
        super().__init__(port=port, behind=behind)
        self.place = place
        self._connections: list[_Connection] = []
        self._by_socket: dict[socket.socket, bytearray] = {}
        self._lock = threading.Lock()

    def passing(self, near: socket.socket, far: socket.socket) -> None:
        connection = _Connection()
        with self._lock:
            self._connections.append(connection)
            self._by_socket |= {near: connection.there, far: connection.back}

    def seen(self, source: socket.socket, piece: bytes) -> None:
        self._by_socket[source] += piece

    def read(self) -> list[WireExchange]:
        """All that is complete so far; within a connection in order."""
        found = []
        for connection in list(self._connections):
            there, back = bytes(connection.there), bytes(connection.back)
            with contextlib.suppress(_Incomplete):
                while there:
                    request, there = _read_message(there)
                    response, back = _read_message(back)
                    found.append(WireExchange(self.place, request, response))
        return found


class _Incomplete(Exception):
    pass


def _read_message(raw: bytes) -> tuple[WireMessage, bytes]:
    head, end, rest = raw.partition(b"\r\n\r\n")
    if not end:
        raise _Incomplete
    first_line, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    named = {name.lower(): value for name, value in headers}
    if named.get("transfer-encoding") == "chunked":
        body, rest = _read_chunks(rest)
    else:
        length = int(named.get("content-length", "0"))
        if len(rest) < length:
            raise _Incomplete
        body, rest = rest[:length], rest[length:]
    return WireMessage(first_line, headers, body), rest


def _read_chunks(rest: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, end, rest = rest.partition(b"\r\n")
        if not end:
            raise _Incomplete
        length = int(size, 16)
        if len(rest) < length + 2:
            raise _Incomplete
        body, rest = body + rest[:length], rest[length + 2 :]
        if not length:
            return body, rest

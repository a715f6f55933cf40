"""One hop from both of its sides: what the caller saw on the wire, against what the server that answered knew.

In the flow a refusal says little on purpose: whoever forges a token must not learn which check stopped it. The
server's log says it all. Side by side they show how much is kept from a caller, and that both saw the same
bytes.

Deliberately does not: hide a difference. What only one side recorded stands there alone.
"""

from dataclasses import dataclass

from stage.recorder.exchange import Exchange, Message, read_request, read_response
from stage.recorder.models import Record
from stage.recorder.tokens import read_json

BY_THE_SERVER = {"date", "server", "connection", "transfer-encoding", "keep-alive"}
"""Headers that the HTTP server adds under the application, which does not see them."""


@dataclass(frozen=True)
class Line:
    """One thing as each side has it; empty where a side knows nothing of it."""

    name: str
    wire: str
    server: str
    why: str = ""

    @property
    def differs(self) -> bool:
        return self.wire != self.server


@dataclass(frozen=True)
class Sides:
    lines: list[Line]
    same_request: bool
    same_answer: bool
    wire_says: str
    server_knows: str


def compare_sides(exchange: Exchange) -> Sides | None:
    """None where one side alone was recorded: a browser writes no record, nor does a stranger."""
    wire, server = exchange.wire, exchange.server
    if not wire or not server:
        return None
    asked, served = read_request(wire), read_request(server)
    heard, answered = read_response(wire), read_response(server)
    failed = next((check for check in server.checks if check["outcome"] == "failed"), None)
    lines = [
        Line("Recorded by", _by(wire), _by(server)),
        Line("Began", f"{wire.started_at:%H:%M:%S.%f}"[:-3], f"{server.started_at:%H:%M:%S.%f}"[:-3]),
        Line("Took", _took(wire), _took(server), "the difference was spent on the way"),
        Line("Request", _summary(asked), _summary(served)),
        Line("Answer", _summary(heard), _summary(answered)),
        *_headers(heard, answered),
    ]
    return Sides(
        lines=lines,
        same_request=asked.body == served.body,
        same_answer=bool(heard and answered and heard.body == answered.body),
        wire_says=_error_of(heard) if failed else "",
        server_knows=f"{failed['number']} {failed['title']}: {failed['note']}" if failed else "",
    )


def _by(record: Record) -> str:
    return f"{record.place}, {record.instance}" if record.instance else record.place


def _took(record: Record) -> str:
    return f"{(record.ended_at - record.started_at).total_seconds() * 1000:.1f} ms"


def _summary(message: Message | None) -> str:
    if message is None:
        return "none"
    status = f"{message.status}, " if message.status else ""
    return f"{status}{len(message.headers)} headers, {message.size} bytes"


def _headers(heard: Message | None, answered: Message | None) -> list[Line]:
    """Headers of the answer that one side alone has, or has otherwise."""
    if not heard or not answered:
        return []
    ours, theirs = ({name.lower(): value for name, value in one.headers} for one in (heard, answered))
    return [
        Line(
            name,
            ours.get(name, ""),
            theirs.get(name, ""),
            "added by the HTTP server" if name in BY_THE_SERVER else "",
        )
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]


def _error_of(message: Message | None) -> str:
    document = read_json(message) if message else None
    if isinstance(document, dict) and "error" in document:
        return f"{message.status} {document['error']}"  # type: ignore[union-attr]
    return str(message.status) if message else ""

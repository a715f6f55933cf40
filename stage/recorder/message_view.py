"""A message as a page shows it: its first line, its headers in their order, and its body split into what it holds.

In the flow each parameter is explained beside its value (``stage.kit.registry.parameters``), and a token is shown
by its name, since what it says stands under *Token*. The raw text is one click away.

Deliberately does not: rebuild what was taken out. A redacted value is shown as redacted, by place.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from stage.kit.registry.parameters import Parameter, load_headers, load_parameters
from stage.recorder.exchange import Exchange, Message, parse_form
from stage.recorder.tokens import Token, find_tokens, read_json

SHORT = 160
LONGEST = 6000


@dataclass(frozen=True)
class Value:
    """One named thing in a message. ``meaning`` explains its name; ``token`` is what it holds, if it is one."""

    name: str
    text: str
    meaning: Parameter | None = None
    token: Token | None = None

    @property
    def is_redacted(self) -> bool:
        return "[redacted" in self.text

    @property
    def is_long(self) -> bool:
        return len(self.text) > SHORT


@dataclass(frozen=True)
class Shown:
    """A message. ``body_name`` says what the body is; ``text`` is set where it is nothing that can be split."""

    first_line: str
    headers: list[Value]
    query: list[Value]
    body_name: str
    members: list[Value]
    text: str
    raw: str
    size: int
    is_cut: bool


def show_message(exchange: Exchange, message: Message, side: str) -> Shown:
    tokens = {token.where: token for token in find_tokens(exchange)}
    content_type = message.header("Content-Type").partition(";")[0]
    members = list(_members(message, side, tokens))
    return Shown(
        first_line=first_line(exchange, message),
        headers=[_header(name, value, side, tokens) for name, value in message.headers],
        query=[_explained(name, value, side, tokens, "query") for name, value in _query(exchange, side)],
        body_name=content_type or "body",
        members=members,
        text="" if members else message.body[:LONGEST],
        raw=raw_text(exchange, message),
        size=message.size,
        is_cut=len(message.body.encode()) > LONGEST or message.size > len(message.body.encode()) * 4,
    )


def first_line(exchange: Exchange, message: Message) -> str:
    if message.status is None:
        return f"{exchange.method} {exchange.target}"
    return f"{message.status} {phrase(message.status)}".strip()


def phrase(status: int) -> str:
    """What RFC 9110 §15 calls a status. The wire of HTTP/1.1 carries it, a span does not."""
    return HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""


def raw_text(exchange: Exchange, message: Message) -> str:
    """The message as one text: first line, headers in their order, an empty line, the body."""
    lines = [first_line(exchange, message), *(f"{name}: {value}" for name, value in message.headers)]
    return "\n".join([*lines, "", message.body])


def _query(exchange: Exchange, side: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(exchange.target).query, keep_blank_values=True) if side == "request" else []


def _members(message: Message, side: str, tokens: dict[str, Token]) -> Iterator[Value]:
    for name, value in parse_form(message):
        yield _explained(name, value, side, tokens, "form")
    document = read_json(message)
    if isinstance(document, dict):
        for name, value in document.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
            yield _explained(name, text, side, tokens, "json")


def _explained(name: str, text: str, side: str, tokens: dict[str, Token], kind: str) -> Value:
    return Value(name, text, load_parameters().get(name), tokens.get(f"{side}.{kind}.{name}"))


def _header(name: str, text: str, side: str, tokens: dict[str, Token]) -> Value:
    name_in_rules = name.lower()
    return Value(name, text, load_headers().get(name_in_rules), tokens.get(f"{side}.header.{name_in_rules}"))

"""Somebody who goes everywhere: each request in a savepoint of its own, with all that it wrote and said looked at.

Three things are held against every answer, whatever it was asked:

A. nothing in it, headers and body, is a word of somebody whose words this visitor may not read;
B. to nobody, it is a sign-in, a refusal, or on the short list of what everybody may see (``tour``);
C. no row of somebody else was changed, added or removed by it.

CSRF protection is off in these browsers, so that what is refused is refused for who asks, not for a missing token.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlencode

from django.db import connections, transaction
from django.http.response import HttpResponseBase
from django.test import Client, TestCase

from tests.walk.addresses import Address
from tests.walk.ledger import Difference, Ledger

RARE_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
REFUSALS = {401, 403, 404, 405}
ONWARD = {301, 302, 303, 307, 308}


@dataclass
class Visitor:
    """Somebody with a browser, or an app with a token.

    ``owner`` is whose rows are hers ("acme/alice"; "" for nobody). ``reads`` are the owners whose words she may
    see, "acme/*" being everybody's of an enterprise. ``writes`` are the owners whose rows she may change, and in
    ``own_tables`` she may change her own.
    """

    name: str
    client: Client
    owner: str = ""
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    own_tables: frozenset[str] = frozenset()
    content_type: str = FORM
    is_program: bool = False
    is_guide: bool = False
    """Her pages lead to addresses that everybody else tries, too."""
    rules_all: bool = False
    """She runs the whole place, with its rows of nobody."""

    def may_read(self, owner: str) -> bool:
        return owner in self.reads or f"{owner.partition('/')[0]}/*" in self.reads

    def may_write(self, one: Difference) -> bool:
        if self.rules_all or self.writes & one.owners:
            return True
        return self.owner in one.owners and one.table in self.own_tables


@dataclass(frozen=True)
class Answer:
    visitor: str
    method: str
    address: Address
    status: int
    headers: str
    body: str
    location: str
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        return f"{self.visitor}: {self.method} {self.address.path} answered {self.status}"


@dataclass
class Walk:
    ledger: Ledger
    noise: Mapping[str, str]
    """Tables that anybody's request may write to, each with the reason."""
    logs: Mapping[str, str]
    """Tables to which anybody may cause a row to be added, in whoever's log it is, each with the reason."""
    leads_out: Mapping[str, str] = field(default_factory=dict)
    """Routes that name an enterprise, not its people, because they lead to it; each with the reason."""
    forms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By route: what a form there sends, as the guides' pages have it."""

    def visit(self, visitor: Visitor, method: str, address: Address, data: Any = None) -> Answer:
        """One request, and then everything as it was before."""
        with taken_back(visitor):
            return self.go(visitor, method, address, data)

    def go(self, visitor: Visitor, method: str, address: Address, data: Any = None) -> Answer:
        """One request. What it wrote stays."""
        visitor.client.raise_request_exception = False  # a crash is an answer, too: 500
        with self.ledger.watching() as written, TestCase.captureOnCommitCallbacks(execute=True), kept_open():
            response = send(visitor, method, address, data)
            body = read_body(response)
        differences = tuple(self.ledger.compare(written - self.noise.keys()))
        headers = "\n".join(f"{name}: {value}" for name, value in response.items())
        location = response.get("Location", "")
        return Answer(visitor.name, method, address, response.status_code, headers, body, location, differences)

    def find_leaks(self, visitor: Visitor, answer: Answer, data: Any = None) -> Iterator[str]:
        """A. What she sent herself tells her nothing, so an echo of that is none."""
        sent = f"{unquote(answer.address.path)} {data}"
        said = f"{answer.headers}\n{answer.body}"
        for owner, words in self.ledger.words.items():
            is_named = answer.address.route in self.leads_out and "/" not in owner
            if not visitor.may_read(owner) and not is_named:
                found = [word for word in words if word in said and word not in sent]
                if found:
                    yield f"{answer} with {found} of {owner}"

    def find_trespasses(self, visitor: Visitor, answer: Answer) -> Iterator[str]:
        """C. An added row of somebody else is one as well, but in a log that tells of whoever came."""
        for one in answer.differences:
            if one.kind == "added" and one.table in self.logs:
                continue
            if not visitor.may_write(one):
                whose = " ".join(sorted(one.owners)) or "nobody"
                yield f"{answer} and {one.kind} {one.table} {one.pk} {one.fields} of {whose}"


@contextmanager
def taken_back(*visitors: Visitor) -> Iterator[None]:
    """Whatever happens meanwhile has not happened, in the database and in their browsers."""
    cookies = [SimpleCookie(visitor.client.cookies.output(header="", sep=";")) for visitor in visitors]
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        for visitor, before in zip(visitors, cookies, strict=True):
            visitor.client.cookies.clear()
            visitor.client.cookies.update(before)


def send(visitor: Visitor, method: str, address: Address, data: Any) -> HttpResponseBase:
    """The same way for all methods: a form as browsers send it, or JSON."""
    if method in ("GET", "HEAD", "OPTIONS", "DELETE") or data is None:
        return visitor.client.generic(method, address.path)
    body = json.dumps(data) if visitor.content_type == JSON else urlencode(data, doseq=True)
    return visitor.client.generic(method, address.path, body, content_type=visitor.content_type)


def kept_open() -> Any:
    """A stream closes the database while it waits, which would be the end of the savepoint."""
    return patch.object(connections["default"], "close")


def read_body(response: HttpResponseBase) -> str:
    """All of it, also of an export that comes in pieces; of a stream that stays open, the first piece."""
    pieces: Iterable[bytes] = getattr(response, "streaming_content", None) or [getattr(response, "content", b"")]
    if response.get("Content-Type", "").startswith("text/event-stream"):
        pieces = [next(iter(pieces), b"")]
        response.close()
    return b"".join(pieces).decode(errors="replace")


def is_refusal(answer: Answer, sign_in: Iterable[str]) -> bool:
    """B. A refusal, or a redirect to where one signs in."""
    if answer.status in REFUSALS:
        return True
    return answer.status in ONWARD and any(re.match(pattern, answer.location) for pattern in sign_in)

"""No secret leaves the party that keeps it: each that went over the wire is looked for in all that was recorded.

What is secret is read off the wire here, by rules of this file's own, and from what the demo says it knows.
"""

import base64
import re
import sqlite3
from contextlib import closing
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tests.cast import ALICE, PEOPLE, TOVE
from tests.flow.connecting import enter
from tests.flow.people_at_work import ask, sign_in_at_todo0, switch_connection
from tests.flow.recording_proxy import WireExchange, WireMessage
from tests.flow.watched import Watched

JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.([\w-]+)")
HIDDEN = re.compile(r'<input[^>]*name="csrfmiddlewaretoken"[^>]*value="([^"]+)"')
NEW_SECRET = re.compile(r"<dt>Secret</dt><dd[^>]*>([^<]+)<")
NAMES = {
    "password", "client_secret", "code", "code_verifier", "csrfmiddlewaretoken", "refresh_token", "subject_token",
    "assertion", "client_assertion", "access_token", "id_token", "id_token_hint", "token",
}  # fmt: skip
PUBLIC = 8
"""Shorter values, such as a cookie that says ``1``, stand everywhere."""


@pytest.fixture(scope="module")
def everything_was_done(watched: Watched) -> Watched:
    """Sign-ins at both apps and at the IdP's console, both ways, a refusal, a new client secret, and the end."""
    demo, alice = watched.demo, watched.alice
    ask(alice, demo, 'Add "Over MCP"')
    sign_in_at_todo0(watched.wire.visitor(), demo, ALICE)
    carol = watched.wire.visitor()
    switch_connection(demo, carol, on=False)
    assert ask(alice, demo, 'Add "Refused"').badge == "Blocked by Acme"
    switch_connection(demo, carol, on=True)
    make_new_secret(watched)
    page = alice.open(demo.facts["agent0"]["chat_url"])
    alice.submit(page, page.form(action="/signin/logout"))
    watched.pairs()
    return watched


def make_new_secret(watched: Watched) -> None:
    """Tove registers a client, whose secret is shown once."""
    tove = watched.wire.visitor()
    page = enter(tove, f"{watched.demo.url('todo0')}/admin/clients", TOVE)
    typed = {"name": "Report0", "client_id": "report0-at-todo0", "scopes": "todos.read"}
    page = tove.submit(page, page.form(action="/clients/add"), **typed)
    assert NEW_SECRET.search(page.html), page.text[:400]


def find_secrets(exchange: WireExchange) -> set[str]:
    found: set[str] = set()
    for message in (exchange.request, exchange.response):
        found |= find_in_headers(message)
        text = message.body.decode(errors="replace")
        found |= {match[1] for match in JWT.finditer(text)}
        found |= set(HIDDEN.findall(text)) | set(NEW_SECRET.findall(text))
        if message.header("content-type").startswith("application/x-www-form-urlencoded"):
            found |= find_in_pairs(text)
        for name in NAMES:
            found |= set(re.findall(rf'"{name}": *"([^"]+)"', text)) if name != "code" else set()
    return found | find_in_pairs(urlsplit(exchange.target).query)


def find_in_headers(message: WireMessage) -> set[str]:
    cookies = [pair for value in message.all("cookie") for pair in value.split("; ")]
    cookies += [value.partition(";")[0] for value in message.all("set-cookie")]
    found = {pair.partition("=")[2].strip('"') for pair in cookies}
    for value in message.all("authorization"):
        credentials = value.partition(" ")[2]
        found |= {credentials}
        if value.startswith("Basic "):
            found.add(unquote(base64.b64decode(credentials).decode().partition(":")[2]))
    for value in (*message.all("location"), *message.all("referer")):
        found |= find_in_pairs(urlsplit(value).query)
    return found | {match[1] for _, value in message.headers for match in JWT.finditer(value)}


def find_in_pairs(pairs: str) -> set[str]:
    return {value for name, value in parse_qsl(pairs) if name in NAMES}


def read_everything(watched: Watched) -> str:
    with closing(sqlite3.connect(watched.demo.folder / "stage.sqlite3")) as database:
        return "\n".join(str(row) for row in database.execute("SELECT * FROM recorder_record"))


def test_no_secret_of_the_wire_is_in_any_record(everything_was_done: Watched) -> None:
    watched = everything_was_done
    secrets = {one for exchange in watched.exchanges() for one in find_secrets(exchange)}
    secrets |= watched.wire.notes.secrets | {person.password for person in PEOPLE}
    of_the_demo = (watched.demo.folder / "demo.env").read_text(encoding="utf-8").splitlines()
    secrets |= {value for _, equals, value in (line.partition("=") for line in of_the_demo) if equals}
    secrets = {one for one in secrets if len(one) > PUBLIC}
    assert len(secrets) > 80
    told = read_everything(watched)
    assert [f"{one[:4]}... of {len(one)}" for one in secrets if one in told] == []
    assert not JWT.search(told)


def test_what_was_taken_out_is_said_by_its_place(everything_was_done: Watched) -> None:
    said = read_everything(everything_was_done)
    for place in (
        "request.headers.authorization",
        "request.headers.cookie.agent0_session",
        "response.headers.set-cookie.idp_session",
        "request.form.password",
        "request.form.csrfmiddlewaretoken",
        "request.form.code_verifier",
        "request.form.assertion",
        "request.query.code",
        "response.headers.location.query.code",
        "response.json.refresh_token",
        "response.html.csrfmiddlewaretoken",
        "response.html.data-secret",
    ):
        assert place in said, place


def test_the_fingerprints_are_those_on_the_chips(everything_was_done: Watched) -> None:
    visitor = everything_was_done.wire.visitor()
    sign_in_at_todo0(visitor, everything_was_done.demo, ALICE)
    page = visitor.open(f"{everything_was_done.demo.url('todo0')}/settings/connected")
    chips = re.findall(r"AT-[0-9a-f]{4}", page.html)
    assert chips
    said = read_everything(everything_was_done)
    assert [chip for chip in chips if chip not in said] == []

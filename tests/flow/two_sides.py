"""Acme's Alice and Globex's, each with her browser, her tokens, and the words that nobody but her may read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from stage.autopilot.page import Page
from tests.cast import ALICE, GLOBEX_ALICE, Person
from tests.flow.connecting import (
    add_connection,
    make_organization,
    make_secret,
    sign_in_by_address,
    switch,
)
from tests.flow.demo import Demo
from tests.flow.people_at_work import ask, sign_in_at_agent0, sign_in_at_todo0
from tests.flow.visitor import Visitor
from tests.flow.wire import Client, Wire


@dataclass
class Side:
    """One Alice: her browser, her app's registration at her IdP, her tokens, and the words only she may read."""

    person: Person
    slug: str
    agent0: Client
    visitor: Visitor
    issuer: str
    title: str
    words: tuple[str, ...]
    tokens: dict[str, str] = field(default_factory=dict)
    access_token: str = ""
    todo_id: str = ""


@dataclass
class Both:
    wire: Wire
    demo: Demo
    tove: Visitor
    agent0_there: Client
    acme: Side
    globex: Side
    connection: Page | None = None
    org_ids: dict[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[Side, Side]]:
        """Each side, and the other one."""
        return iter([(self.acme, self.globex), (self.globex, self.acme)])

    def redeem(self, side: Side, **other: str) -> str:
        answer = self.wire.redeem(self.agent0_there, self.id_jag(side, **other))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def id_jag(self, side: Side, **other: str) -> str:
        return self.wire.id_jag(side.agent0, side.tokens["id_token"], **other)


def introduce(demo: Demo) -> Both:
    """The two of them in a demo as it is seeded: Globex says yes to Agent0 at Todo0, which never heard of it."""
    wire = Wire(demo)
    sides = [
        Side(
            person,
            slug,
            wire.clients["agent0", slug],
            wire.visitor(),
            wire.idp(slug)["issuer"],
            title,
            (title, person.name.split()[1], person.email, wire.idp(slug)["issuer"], f"-at-{slug}", name),
        )
        for person, slug, name, title in (
            (ALICE, "acme", "Acme", "Sharpen the anvils"),
            (GLOBEX_ALICE, "globex", "Globex", "Polish the gadgets"),
        )
    ]
    return Both(wire, demo, wire.visitor(), wire.clients["agent0", "todo0"], *sides)


def connect(found: Both) -> None:
    """Globex's admin and Tove connect it, and Agent0 adds a todo for each of the two Alices."""
    demo = found.demo
    found.connection = add_connection(found.tove, demo, make_secret(found.globex.visitor, demo))
    found.org_ids["globex"] = make_organization(found.tove, found.connection)
    for name in ("sign-in", "xaa"):
        switch(found.tove, found.connection, name, to="on")
    sign_in_at_todo0(found.acme.visitor, demo, ALICE)
    sign_in_by_address(found.globex.visitor, demo, GLOBEX_ALICE)
    for side, _ in found:
        sign_in_at_agent0(side.visitor, demo, side.person)
        card = ask(side.visitor, demo, f'Add "{side.title}"')
        assert card.badge == "done", card.text
        side.tokens = found.wire.sign_in(side.agent0, side.person)
        side.access_token = found.redeem(side)
        todos = found.wire.call("GET", "/todos?limit=100", side.access_token).json()["todos"]
        side.todo_id = next(str(todo["id"]) for todo in todos if todo["title"] == side.title)


def pages_of(both: Both, side: Side) -> dict[str, str]:
    """Every page and answer in which this Alice reads of herself, as it comes over the wire."""
    demo, token = both.demo, side.access_token
    agent0, todo0 = demo.url("agent0"), demo.url("todo0")
    chat = side.visitor.open(demo.facts["agent0"]["chat_url"])
    run = next(href for words, href in chat.links if words.startswith("Details"))
    found = {
        url: side.visitor.open(url).html
        for url in (
            *(f"{agent0}/{page}" for page in ("chat", "chat/strip", "connections", "activity", "developer")),
            run,
            f"{run}/card",
            *(f"{todo0}/{page}" for page in ("todos", "todos/rows", "settings/connected")),
            f"{todo0}/todos/{side.todo_id}",
            f"{side.issuer}/",
        )
    }
    found |= {
        path: both.wire.call("GET", path, token).text for path in ("/todos?limit=100", f"/todos/{side.todo_id}")
    }
    found["MCP"] = list_over_mcp(both, side)
    assert side.title in found[f"{agent0}/activity"]
    assert side.title in found[f"{todo0}/todos"]
    assert side.title in found["MCP"]
    return found


def list_over_mcp(both: Both, side: Side) -> str:
    resource = both.demo.facts["todo0"]["mcp"]["resource"]
    token = both.redeem(side, resource=resource)
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_todos", "arguments": {}}}
    headers = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {token}"}
    answer = both.wire.http.post(resource, json=call, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.text

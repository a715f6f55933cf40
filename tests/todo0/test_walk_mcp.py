"""The whole MCP server, walked as an app of both customers' people and as nobody: every route, method and tool."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import responses
from django.utils import timezone
from starlette.routing import Route

from stage.kit import people
from tests.todo0.mcp_side import ACCEPT, MCP, VERSION, McpCaller
from tests.todo0.walk_world import GLOBEX, connect_everybody, owner_of, publish_idps, redeem
from tests.walk.walker import RARE_METHODS
from todo0.mcp.asgi import build
from todo0.todos.models import Todo

OPEN_TO_ALL = {
    "/health": "for whoever watches over the process",
    "/.well-known/oauth-protected-resource/mcp": "metadata, which is there to be found (RFC 9728 §3)",
}
BOTH = (people.ALICE, people.GLOBEX_ALICE)


@dataclass
class Two:
    callers: dict[str, McpCaller]
    words: dict[str, tuple[str, ...]]

    def others(self, person: people.Person) -> list[str]:
        """The words that a caller for ``person`` may not read: everybody's but hers and her enterprise's."""
        hers = {owner_of(person), f"{owner_of(person)}'s todos", person.enterprise}
        return [word for owner, words in self.words.items() if owner not in hers for word in words]


@pytest.fixture
def two(mcp_http: Any, acme: responses.RequestsMock) -> Two:
    publish_idps(acme)
    words, _ = connect_everybody(timezone.now())
    tokens = {person.key: redeem(person, MCP).json()["access_token"] for person in BOTH}
    return Two({key: McpCaller(mcp_http, token) for key, token in tokens.items()}, words)


def test_every_route_and_method_refuses_nobody_but_what_is_open_to_all(two: Two) -> None:
    http, needed = two.callers["alice"].http, set()
    for route in build().routes:
        assert isinstance(route, Route), "teach the walk what else there is"
        for method in ("GET", "POST", *RARE_METHODS):
            answer = http.request(method, route.path, headers=ACCEPT, follow_redirects=False)
            if answer.status_code not in (401, 403, 404, 405):
                assert route.path in OPEN_TO_ALL, (method, route.path, answer.status_code)
                needed.add(route.path)
            assert not [word for words in two.words.values() for word in words if word in answer.text]
    assert needed == set(OPEN_TO_ALL)


@pytest.mark.spec("SEC-37", "SR-18")
def test_no_route_and_no_tool_tells_either_of_them_a_word_of_the_other(two: Two) -> None:
    for person in BOTH:
        caller, hidden = two.callers[person.key], two.others(person)
        headers = ACCEPT | {"Authorization": f"Bearer {caller.token}", "MCP-Protocol-Version": VERSION}
        for route in build().routes:
            for method in ("GET", *RARE_METHODS):
                said = caller.http.request(method, route.path, headers=headers, follow_redirects=False)
                assert said.status_code < 500
                assert not [word for word in hidden if word in said.text + str(said.headers)]
        tools = caller.send("tools/list").json()["result"]["tools"]
        for todo in Todo.objects.all():
            for tool in tools:
                arguments = fill(tool, todo.pk)
                said = json.dumps(caller.call(tool["name"], arguments))
                assert not [word for word in hidden if word in said], (person.key, tool["name"])
        assert two.words[f"{owner_of(person)}'s todos"][0] in json.dumps(caller.call("list_todos"))


def test_no_tool_changes_the_others_todos(two: Two) -> None:
    for person in BOTH:
        caller = two.callers[person.key]
        others = Todo.objects.exclude(owner__federated_identities__issuer=issuer_of(person))
        before = list(others.order_by("pk").values())
        assert before
        for tool in caller.send("tools/list").json()["result"]["tools"]:
            for row in before:
                caller.call(tool["name"], fill(tool, row["id"]))
        assert list(others.order_by("pk").values()) == before


def issuer_of(person: people.Person) -> str:
    return GLOBEX if person is people.GLOBEX_ALICE else "http://localhost:8003/acme"


def fill(tool: dict[str, Any], number: int) -> dict[str, Any]:
    """Whatever a tool wants, by its own schema: that number where it takes one, and some text."""
    wanted = tool["inputSchema"].get("properties", {})
    required = tool["inputSchema"].get("required", [])
    return {name: number if wanted[name].get("type") == "integer" else "Walked" for name in required}

"""Todo0 over MCP: the same todos as over REST, changed by the same code, and who did it written down."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stage.kit import people
from tests.todo0.conftest import TODO0, user_of
from tests.todo0.mcp_side import MCP, METADATA_OF_MCP, McpCaller
from todo0.api.presented import Presented
from todo0.mcp.access_token import check_access_token
from todo0.mcp.asgi import MAX_BYTES
from todo0.mcp.tools import TOOLS
from todo0.todos import changes
from todo0.todos.models import Todo, TodoChange


def test_it_tells_its_three_tools_with_their_schemas(mcp: McpCaller) -> None:
    tools = {tool["name"]: tool for tool in mcp.send("tools/list").json()["result"]["tools"]}
    assert set(tools) == {"list_todos", "create_todo", "complete_todo"}
    assert all(tool["inputSchema"]["additionalProperties"] is False for tool in tools.values())
    assert [name for name, tool in tools.items() if tool["annotations"]["readOnlyHint"]] == ["list_todos"]


def test_a_todo_made_over_mcp_says_that_agent0_made_it_for_alice(mcp: McpCaller) -> None:
    made = mcp.call("create_todo", {"title": "Book venue", "due_on": "2026-12-31"})["structuredContent"]
    todo = Todo.objects.get(pk=made["id"])
    assert (todo.owner, todo.source, made["created_via"]) == (user_of(people.ALICE), "Agent0", "Agent0")
    line = TodoChange.objects.get(todo=todo)
    assert (line.client_name, line.issuer, line.scope) == (
        "Agent0",
        "http://localhost:8003/acme",
        "todos.read todos.write",
    )
    assert line.token_fingerprint.startswith("AT-")


def test_it_lists_and_completes_what_it_listed(mcp: McpCaller) -> None:
    listed = mcp.call("list_todos", {"done": False, "limit": 2})["structuredContent"]
    assert [todo["done"] for todo in listed["todos"]] == [False, False]
    more = mcp.call("list_todos", {"after": listed["next"]})["structuredContent"]
    assert more["todos"][0]["id"] > listed["next"] == listed["todos"][-1]["id"]
    done = mcp.call("complete_todo", {"id": listed["todos"][0]["id"]})
    assert (done["structuredContent"]["done"], done["isError"]) == (True, False)
    assert json.loads(done["content"][0]["text"]) == done["structuredContent"]
    assert Todo.objects.get(pk=listed["todos"][0]["id"]).completed_via_name == "Agent0"


def test_the_same_key_twice_is_one_todo(mcp: McpCaller) -> None:
    arguments = {"title": "Once", "idempotency_key": "run-1"}
    first, again = (mcp.call("create_todo", arguments)["structuredContent"] for _ in range(2))
    assert first == again
    assert Todo.objects.filter(title="Once").count() == 1
    other = mcp.call("create_todo", arguments | {"title": "Other"})
    assert (other["isError"], "idempotency_key_reused" in other["content"][0]["text"]) == (True, True)


@pytest.mark.spec("RS-06")
def test_another_persons_todo_is_no_todo(mcp: McpCaller) -> None:
    bob = user_of(people.BOB)
    bobs = changes.add_todo(changes.Actor(user=bob), title="Private", at=timezone.now())
    answers = [mcp.call("complete_todo", {"id": number}) for number in (bobs.pk, 999_999)]
    texts = {answer["content"][0]["text"].replace(str(bobs.pk), "N").replace("999999", "N") for answer in answers}
    assert len(texts) == 1
    assert "not_found" in texts.pop()
    assert not Todo.objects.get(pk=bobs.pk).is_done
    listed = mcp.call("list_todos", {"limit": 100})["structuredContent"]["todos"]
    assert "Private" not in [todo["title"] for todo in listed]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("create_todo", {}),
        ("create_todo", {"title": ""}),
        ("create_todo", {"title": 7}),
        ("create_todo", {"title": "A\u0000b"}),
        ("create_todo", {"title": "A", "due_on": "tomorrow"}),
        ("create_todo", {"title": "A", "owner": "bob"}),
        ("create_todo", {"title": "A", "idempotency_key": ""}),
        ("create_todo", {"title": "A", "idempotency_key": 1}),
        ("complete_todo", {}),
        ("complete_todo", {"id": "1"}),
        ("complete_todo", {"id": True}),
        ("complete_todo", {"id": 2**63}),
        ("list_todos", {"limit": 0}),
        ("list_todos", {"limit": 101}),
        ("list_todos", {"done": "yes"}),
    ],
)
def test_it_tells_what_is_wrong_with_an_argument_and_does_nothing(
    mcp: McpCaller, tool: str, arguments: dict[str, Any]
) -> None:
    before = TodoChange.objects.count()
    answer = mcp.call(tool, arguments)
    assert answer["isError"] is True
    assert json.loads(answer["content"][0]["text"])["message"].startswith("Expected ")
    assert TodoChange.objects.count() == before


def test_an_unknown_tool_is_a_protocol_error(mcp: McpCaller) -> None:
    answer = mcp.send("tools/call", {"name": "delete_todo", "arguments": {}}).json()
    assert answer["error"]["code"] == -32602


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "HEAD"])
def test_it_takes_posts_alone(mcp: McpCaller, method: str) -> None:
    answer = mcp.http.request(method, "/mcp", headers={"Authorization": f"Bearer {mcp.token}"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body", ["", "[]", "7", "not json", '{"jsonrpc": "2.0"', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]']
)
def test_it_refuses_what_is_no_single_message(mcp: McpCaller, body: str) -> None:
    assert mcp.post(body).status_code == 400
    assert mcp.send("ping").status_code == 200


def test_what_was_judged_is_what_is_carried_out(mcp: McpCaller) -> None:
    """Of two members of one name, the gate could read the first and the SDK the second."""
    twins = '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"create_todo"}}'
    answer = mcp.post(twins)
    assert (answer.status_code, answer.json()["message"]) == (400, "Expected each member once, found one twice.")
    infinite = '{"jsonrpc":"2.0","id":1e400,"method":"tools/call","params":{"name":"create_todo"}}'
    assert mcp.post(infinite).status_code == 400


def test_it_bounds_a_message(mcp: McpCaller) -> None:
    huge = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y" * MAX_BYTES}})
    assert mcp.post(huge).status_code == 413


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_it_refuses_a_host_that_is_not_ours_and_every_origin(mcp: McpCaller, header: dict[str, str]) -> None:
    before = Todo.objects.count()
    params = {"name": "create_todo", "arguments": {"title": "Rebound"}}
    for version in ("2025-11-25", "2026-07-28"):
        answer = mcp.send("tools/call", params, MCP_Protocol_Version=version, **header)
        assert answer.status_code in (403, 421)
    assert Todo.objects.count() == before
    assert mcp.send("tools/call", params).status_code == 200


@pytest.mark.spec("MC-18")
@pytest.mark.parametrize("path", ["/mcp/", "/MCP", "//mcp", "/mcp/x", "/"])
def test_the_resource_has_one_spelling(mcp: McpCaller, path: str) -> None:
    answer = mcp.http.post(path, follow_redirects=False, headers={"Authorization": f"Bearer {mcp.token}"})
    assert answer.status_code == 404


@pytest.mark.spec("MC-09", "MC-17", "MD-10")
def test_its_metadata_names_it_and_the_one_authorization_server(mcp_http: Any) -> None:
    answer = mcp_http.get(METADATA_OF_MCP)
    document = answer.json()
    assert (document["resource"], document["authorization_servers"]) == (MCP, [TODO0])
    assert document["scopes_supported"] == ["todos.read", "todos.write"]
    assert document["bearer_methods_supported"] == ["header"]
    published = Client().get("/.well-known/oauth-authorization-server").json()
    assert MCP in published["protected_resources"]
    assert mcp_http.get("http://localhost:8004/.well-known/oauth-protected-resource").status_code == 404


def test_it_says_whether_it_is_well(mcp_http: Any) -> None:
    assert (mcp_http.get("/health").status_code, mcp_http.get("/health").text) == (200, "ok")


def test_a_listing_takes_two_statements(mcp: McpCaller) -> None:
    presented = Presented(f"Bearer {mcp.token}", (), "", "todos.read", "POST", MCP, timezone.now())
    mcp.call("list_todos")  # keys are fetched once
    with CaptureQueriesContext(connection) as queries:
        access = check_access_token(presented)
        TOOLS["list_todos"].act(access, {}, timezone.now())
    assert len(queries) == 2

"""Todo0's details, from the ID-JAG to the API: what scope *and* details allow, and no more (RFC 9396)."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.todo0.conftest import API, METADATA_OF_API, Redeem, basic_auth, call_api, id_jag, post_form
from tests.todo0.mcp_side import MCP, McpCaller
from tests.todo0.test_access_token import resign, see_refused
from tests.todo0.test_authorization_code import ASKED, allow, browser, redeem_code  # noqa: F401  a fixture
from todo0.authserver.todo_details import TYPE
from todo0.todos.models import Todo
from xaa import jose

GOOD = {"type": TYPE, "locations": [API], "actions": ["read", "create"]}
REFUSED = (400, "invalid_authorization_details")
REQUESTS = {
    "read": ("GET", "/todos", None),
    "create": ("POST", "/todos", '{"title": "Book venue"}'),
    "complete": ("POST", "/todos/{pk}/complete", None),
    "change": ("PATCH", "/todos/{pk}", '{"title": "Other"}'),
    "delete": ("DELETE", "/todos/{pk}", None),
}


def issue(redeem: Redeem, *details: dict[str, Any], **claims: Any) -> str:
    answer = redeem(id_jag(authorization_details=list(details), **claims))
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def make_todo(owner: User, title: str = "Send invoice") -> Todo:
    return Todo.objects.create(owner=owner, title=title, created_at=timezone.now(), changed_at=timezone.now())


def send(action: str, token: str, todo: Todo) -> Any:
    method, path, body = REQUESTS[action]
    return call_api(method, path.format(pk=todo.pk), body, Authorization=f"Bearer {token}")


@pytest.mark.spec("RA-06", "AT-02", "RS-09")
def test_what_was_granted_is_in_the_answer_in_the_token_and_in_its_introspection(redeem: Redeem) -> None:
    answer = redeem(id_jag(authorization_details=[GOOD])).json()
    assert answer["authorization_details"] == [GOOD]
    token = answer["access_token"]
    assert jose.peek(token).unverified_claims["authorization_details"] == [GOOD]
    told = post_form("/oauth/introspect", {"token": token}, Authorization=basic_auth()).json()
    assert told["authorization_details"] == [GOOD]


@pytest.mark.spec("RA-08", "MD-10")
def test_the_metadata_of_server_and_api_name_the_type(seeded: None) -> None:
    for path in ("oauth-authorization-server", "oauth-protected-resource/api"):
        document = Client().get(f"/.well-known/{path}").json()
        assert document["authorization_details_types_supported"] == [TYPE]


@pytest.mark.spec("RA-03", "RD-29")
@pytest.mark.parametrize(
    "change",
    [
        {"type": "https://todo0.example/authorization/other"},
        {"actions": ["read", "share"]},
        {"actions": []},
        {"locations": ["https://other.example/api"]},
        {"identifier": 17},
        {"identifier": "0"},
        {"identifier": "9" * 19},
        {"identifier": "17"},
        {"owner": "alice"},
    ],
)
def test_it_refuses_what_is_not_of_its_type(redeem: Redeem, change: dict[str, Any]) -> None:
    answer = redeem(id_jag(authorization_details=[GOOD | change]))
    assert (answer.status_code, answer.json()["error"]) == REFUSED
    assert redeem(id_jag(authorization_details=[GOOD])).status_code == 200


@pytest.mark.spec("RA-04", "RA-10")
@pytest.mark.parametrize("action", REQUESTS)
def test_a_token_does_what_its_details_name_and_nothing_else(redeem: Redeem, alice: User, action: str) -> None:
    todo = make_todo(alice)
    token = issue(redeem, GOOD | {"actions": [action]})
    for other in set(REQUESTS) - {action}:
        see_refused(send(other, token, todo), status=403, error="insufficient_scope")
    assert send(action, token, todo).status_code in (200, 201, 204)


@pytest.mark.spec("RA-04")
@pytest.mark.parametrize("done", [True, False])
def test_whoever_may_change_but_not_complete_sets_no_todo_done(redeem: Redeem, alice: User, done: bool) -> None:
    todo = make_todo(alice)
    if not done:
        Todo.objects.filter(pk=todo.pk).update(done_at=timezone.now())
    path, body = f"/todos/{todo.pk}", json.dumps({"title": "Other", "done": done})

    def patch(token: str) -> Any:
        return call_api("PATCH", path, body, Authorization=f"Bearer {token}")

    changing = issue(redeem, GOOD | {"actions": ["change"]})
    see_refused(patch(changing), status=403, error="insufficient_scope")
    todo.refresh_from_db()
    assert (todo.title, todo.is_done) == ("Send invoice", not done), "nothing of it was done"
    elsewhere = GOOD | {"actions": ["complete"], "identifier": str(make_todo(alice).pk)}
    see_refused(
        patch(issue(redeem, GOOD | {"actions": ["change"]}, elsewhere)), status=403, error="insufficient_scope"
    )
    both = patch(issue(redeem, GOOD | {"actions": ["change", "complete"]}))
    assert (both.status_code, both.json()["done"]) == (200, done)
    assert send("change", changing, todo).status_code == 200, "its title it may change as before"


@pytest.mark.spec("RA-04")
def test_an_action_without_its_scope_is_not_granted(redeem: Redeem, alice: User) -> None:
    answer = redeem(id_jag(scope="todos.read", authorization_details=[GOOD])).json()
    assert answer["authorization_details"] == [GOOD | {"actions": ["read"]}]
    forged = resign(answer["access_token"], authorization_details=[GOOD])
    refused = send("create", forged, make_todo(alice))
    see_refused(refused, status=403, error="insufficient_scope", scope="todos.write")


@pytest.mark.spec("RA-04", "RA-10")
def test_an_identifier_limits_it_to_one_todo(redeem: Redeem, alice: User) -> None:
    mine, other = make_todo(alice), make_todo(alice, "Plan offsite")
    one = GOOD | {"actions": ["read", "complete"], "identifier": str(mine.pk)}
    token = issue(redeem, one)
    listed = send("read", token, mine).json()["todos"]
    assert [todo["id"] for todo in listed] == [mine.pk]
    assert send("complete", token, mine).status_code == 200
    see_refused(send("complete", token, other), status=403, error="insufficient_scope")
    both = issue(redeem, GOOD | {"actions": ["read"]}, one)
    assert len(send("read", both, mine).json()["todos"]) == Todo.objects.filter(owner=alice).count()
    see_refused(send("complete", both, other), status=403, error="insufficient_scope")


@pytest.mark.spec("RA-10")
def test_an_identifier_of_somebody_elses_todo_opens_nothing(redeem: Redeem, alice: User, bob: User) -> None:
    his, hers = make_todo(bob), make_todo(alice)
    token = issue(redeem, GOOD | {"actions": ["read", "delete"], "identifier": str(his.pk)})
    assert send("delete", token, his).status_code == 404
    assert send("read", token, his).json()["todos"] == []
    assert set(Todo.objects.filter(pk__in=[his.pk, hers.pk])) == {his, hers}


@pytest.mark.spec("RA-09")
def test_an_object_for_the_mcp_server_does_not_count_at_the_api(redeem: Redeem, alice: User) -> None:
    elsewhere = GOOD | {"locations": [MCP], "actions": ["delete"]}
    token = issue(redeem, GOOD, elsewhere, resource=[API, MCP])
    see_refused(send("delete", token, make_todo(alice)), status=403, error="insufficient_scope")
    assert send("read", token, make_todo(alice)).status_code == 200
    here = issue(redeem, GOOD, elsewhere | {"locations": [MCP, API]}, resource=[API, MCP])
    assert send("delete", here, make_todo(alice)).status_code == 204


@pytest.mark.spec("RA-04", "RA-09", "RA-10")
def test_a_tool_does_what_the_details_name_and_nothing_else(redeem: Redeem, mcp: McpCaller, alice: User) -> None:
    mine, other = make_todo(alice), make_todo(alice, "Plan offsite")
    reading = GOOD | {"locations": [MCP], "actions": ["read"]}
    one = reading | {"actions": ["complete"], "identifier": str(mine.pk)}
    mcp.token = issue(redeem, reading, one, resource=MCP)
    assert mcp.call("list_todos")["structuredContent"]["todos"]
    assert "not_found" in mcp.call("complete_todo", {"id": other.pk})["content"][0]["text"]
    assert mcp.call("complete_todo", {"id": mine.pk})["structuredContent"]["done"]
    refused = mcp.send("tools/call", {"name": "create_todo", "arguments": {"title": "Book venue"}})
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert mcp.send("tools/list").status_code == 200
    elsewhere = issue(redeem, reading, resource=MCP)
    mcp.token = resign(elsewhere, authorization_details=[GOOD])
    assert mcp.send("tools/call", {"name": "list_todos", "arguments": {}}).status_code == 403


@pytest.mark.spec("RA-04")
def test_a_location_that_the_token_is_not_for_is_left_out(redeem: Redeem) -> None:
    answer = redeem(id_jag(authorization_details=[GOOD | {"locations": [API, MCP]}])).json()
    assert answer["authorization_details"] == [GOOD]


@pytest.mark.spec("RA-09")
@pytest.mark.parametrize(
    "change",
    [
        {"type": "https://todo0.example/authorization/other"},
        {"locations": [f"{API}/"]},
        {"locations": API},
        {"locations": None},
        {"actions": "read"},
        {"actions": {"read": True}},
        {"identifier": "x"},
        {"identifier": None},
    ],
)
def test_an_object_that_we_would_not_have_written_allows_nothing(token: str, change: dict[str, Any]) -> None:
    altered = resign(token, authorization_details=[GOOD | change])
    refused = call_api("GET", "/todos", Authorization=f"Bearer {altered}")
    see_refused(refused, status=403, error="insufficient_scope")
    good = resign(token, authorization_details=[GOOD])
    assert call_api("GET", "/todos", Authorization=f"Bearer {good}").status_code == 200


@pytest.mark.parametrize("details", [None, "[]", [], {}, [7], [{}]])
def test_a_token_whose_details_are_no_details_is_no_token(token: str, details: object) -> None:
    altered = resign(token, authorization_details=details)
    see_refused(call_api("GET", "/todos", Authorization=f"Bearer {altered}"), status=401, error="invalid_token")


def test_the_challenge_names_no_scope_since_none_would_help(redeem: Redeem, alice: User) -> None:
    answer = send("delete", issue(redeem, GOOD), make_todo(alice))
    assert METADATA_OF_API in answer["WWW-Authenticate"]
    assert "scope=" not in answer["WWW-Authenticate"]


def test_details_cost_no_statement_more(redeem: Redeem) -> None:
    def count(assertion: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert redeem(assertion).status_code == 200
        return len(captured)

    assert count(id_jag(authorization_details=[GOOD])) == count(id_jag())


@pytest.mark.spec("RA-03")
def test_the_browsers_way_knows_no_details_and_ignores_none(browser: Client) -> None:  # noqa: F811
    text = json.dumps([GOOD])
    page = browser.get("/oauth/authorize", ASKED | {"authorization_details": text})
    assert (page.status_code, b"alone" in page.content) == (400, True)
    answer = redeem_code(allow(browser)["code"], authorization_details=text)
    assert (answer.status_code, answer.json()["error"]) == REFUSED


@pytest.mark.parametrize("name", ["id_jag", "dpop_jkt", "granted_details"])
def test_a_parameter_is_not_taken_for_what_the_grant_found(browser: Client, name: str) -> None:  # noqa: F811
    answer = redeem_code(allow(browser)["code"], **{name: "x"})
    assert answer.status_code == 200, answer.content
    assert not {"cnf", "authorization_details"} & jose.peek(answer.json()["access_token"]).unverified_claims.keys()

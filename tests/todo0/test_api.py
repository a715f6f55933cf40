"""The REST API: what it does, what it refuses, and that nobody's todos are anybody else's."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stage.kit import people
from tests.todo0.conftest import ACME, Call, Redeem, call_api, id_jag
from todo0.todos.models import Todo, TodoChange


def test_it_lists_the_users_todos_oldest_first(call: Call) -> None:
    body = call("GET", "/todos").json()
    assert [todo["title"] for todo in body["todos"]] == [
        "Thank Bob for the demo data",
        "Book a room for the Q3 review",
        "Send invoice",
    ]
    assert body["next"] is None
    assert set(body["todos"][0]) == {"id", "title", "done", "due_on", "created_at", "done_at", "created_via"}


def test_it_lists_with_at_most_two_statements(call: Call) -> None:
    assert call("GET", "/todos").status_code == 200  # loads the verification key, once a process
    with CaptureQueriesContext(connection) as statements:
        assert call("GET", "/todos").status_code == 200
    assert len(statements) <= 2, [entry["sql"][:100] for entry in statements]


def test_it_pages_through_a_long_list(call: Call) -> None:
    for number in range(4):
        call("POST", "/todos", {"title": f"Number {number}"})
    seen, after = [], 0
    while after is not None:
        body = call("GET", f"/todos?limit=3&after={after}").json()
        seen += [todo["id"] for todo in body["todos"]]
        after = body["next"]
    assert seen == sorted(seen)
    assert len(set(seen)) == 7


def test_it_filters_by_done(call: Call) -> None:
    todo_id = call("GET", "/todos").json()["todos"][0]["id"]
    call("POST", f"/todos/{todo_id}/complete")
    assert [todo["id"] for todo in call("GET", "/todos?done=true").json()["todos"]] == [todo_id]
    assert len(call("GET", "/todos?done=false").json()["todos"]) == 2


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=٣", "after=-1", "after=" + "9" * 40, "done=1", "done="],
)
def test_it_refuses_a_page_that_makes_no_sense(call: Call, query: str) -> None:
    answer = call("GET", f"/todos?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_it_remembers_who_made_a_todo_and_on_whose_word(call: Call, token: str, alice: User) -> None:
    answer = call("POST", "/todos", {"title": "  Call Acme  ", "due_on": "2026-12-31"})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["title"], body["due_on"], body["created_via"]) == ("Call Acme", "2026-12-31", "Agent0")
    todo = Todo.objects.get(pk=body["id"])
    assert (todo.owner, todo.created_via.client_id, todo.created_by_issuer) == (alice, "agent0-at-todo0", ACME)
    change = TodoChange.objects.get(todo=todo)
    assert (change.action, change.actor, change.client_name, change.issuer) == ("added", alice, "Agent0", ACME)
    assert change.scope == "todos.read todos.write"
    assert change.token_fingerprint.startswith("AT-")
    assert token not in str(change.__dict__)


def test_its_memory_outlives_the_app(call: Call) -> None:
    todo = Todo.objects.get(pk=call("POST", "/todos", {"title": "Stay"}).json()["id"])
    todo.created_via.delete()
    todo.refresh_from_db()
    assert (todo.created_via, todo.created_via_name) == (None, "Agent0")


def test_it_reads_changes_completes_and_deletes_a_todo(call: Call) -> None:
    path = f"/todos/{call('POST', '/todos', {'title': 'One'}).json()['id']}"
    assert call("GET", path).json()["title"] == "One"
    changed = call("PATCH", path, {"title": "Two", "done": True, "due_on": "2026-12-24"}).json()
    assert (changed["title"], changed["done"], changed["due_on"]) == ("Two", True, "2026-12-24")
    assert call("PATCH", path, {"done": False, "due_on": None}).json()["done_at"] is None
    first = call("POST", f"{path}/complete")
    assert (first.status_code, first.json()["done"]) == (200, True)
    assert call("POST", f"{path}/complete").json() == first.json(), "completing twice is completing once"
    assert call("DELETE", path).status_code == 204
    assert call("GET", path).status_code == 404
    assert call("DELETE", path).status_code == 404
    actions = TodoChange.objects.filter(client_name="Agent0").values_list("action", flat=True)
    assert list(actions) == [
        "added", "renamed", "rescheduled", "completed", "rescheduled", "reopened", "completed", "deleted",
    ]  # fmt: skip


@pytest.mark.spec("RS-06", "SR-18")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"title": "Mine now"}),
        ("POST", "/complete", None),
        ("DELETE", "", None),
    ],
)
def test_it_hides_other_peoples_todos(call: Call, bob: User, method: str, path: str, body: Any) -> None:
    bobs = Todo.objects.filter(owner=bob).first()
    answer = call(method, f"/todos/{bobs.pk}{path}", body)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert answer.content == call(method, f"/todos/{bobs.pk}{path}", body).content
    bobs.refresh_from_db()
    assert (bobs.title, bobs.is_done) == ("Renew the staging certificate", False)


def test_bobs_token_reaches_bobs_todos(redeem: Redeem) -> None:
    token = redeem(id_jag(sub=people.BOB.sub)).json()["access_token"]
    titles = [todo["title"] for todo in call_api("GET", "/todos", Authorization=f"Bearer {token}").json()["todos"]]
    assert titles == ["Renew the staging certificate", "Review the login pull request"]


NOT_UNDERSTOOD = [
    b"{", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe", b"[" * 9000,
    b'{"title": "x", "title": "y"}', b'{"titel": "x"}', b'{"title": "x", "id": 1}',
    b'{"title": 1}', b'{"title": null}', b'{"title": NaN}', b'{"title": ' + b"9" * 9000 + b"}",
    b'{"title": ""}', b'{"title": "   "}', b'{"title": "' + b"x" * 201 + b'"}',
    b'{"title": "a\\u0000b"}', b'{"title": "\\ud800"}', b'{"title": "a\\nb"}',
    b'{"title": "x", "due_on": "tomorrow"}', b'{"title": "x", "due_on": 20261231}',
    b'{"title": "x", "due_on": {}}', b'{"title": "x", "due_on": "2026-W01-1"}', b'{"title": "x", "due_on": ""}',
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_UNDERSTOOD)
def test_it_refuses_a_body_it_does_not_understand(call: Call, body: bytes) -> None:
    answer = call("POST", "/todos", body.decode("latin1").encode("latin1"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), answer.content
    assert answer.json()["message"].startswith("Expected ")
    assert Todo.objects.count() == 5


@pytest.mark.parametrize("title", ["x" * 200, "Grüße 👩‍💻 日本", "<script>alert(1)</script>", "'; DROP TABLE"])
def test_it_takes_any_text_as_a_title(call: Call, title: str) -> None:
    assert call("POST", "/todos", {"title": title}).json()["title"] == title


@pytest.mark.parametrize("body", [{}, {"done": 1}, {"done": "true"}, {"owner": 2}, {"title": "x" * 201}])
def test_it_refuses_a_change_it_does_not_understand(call: Call, body: dict[str, Any]) -> None:
    todo_id = call("GET", "/todos").json()["todos"][0]["id"]
    assert call("PATCH", f"/todos/{todo_id}", body).status_code == 400


def test_it_wants_json_and_not_too_much_of_it(token: str) -> None:
    bearer = Client(headers={"Authorization": f"Bearer {token}"})
    assert bearer.post("/api/todos", {"title": "x"}).status_code == 415
    assert bearer.post("/api/todos", "title=x", content_type="text/plain").status_code == 415
    for size in (17_000, 300_000):
        answer = bearer.post("/api/todos", '{"title": "' + "x" * size + '"}', content_type="application/json")
        assert (answer.status_code, answer.json()["error"]) == (413, "content_too_large")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/todos", 405),
        ("DELETE", "/todos", 405),
        ("POST", "/todos/1", 405),
        ("GET", "/todos/1/complete", 405),
        ("GET", "/todos/0", 404),
        ("GET", "/todos/-1", 404),
        ("GET", "/todos/x", 404),
        ("GET", "/todos/" + "9" * 18, 404),
        ("GET", "/todos/" + "9" * 40, 404),
        ("GET", "/nothing", 404),
    ],
)
def test_it_never_breaks_on_a_strange_request(call: Call, method: str, path: str, status: int) -> None:
    answer = call(method, path)
    assert answer.status_code == status
    if status == 405:
        assert answer["Allow"]


def test_it_ignores_the_browsers_session(alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    assert browser.get("/api/todos").status_code == 401


@pytest.mark.spec("MD-11")
def test_its_own_address_leads_on_with_a_token_and_to_the_metadata_without(call: Call) -> None:
    assert set(call("GET", "").json()) == {"todos", "openapi"}
    refused = Client().get("/api")
    assert refused.status_code == 401
    metadata = Client().get("/.well-known/oauth-protected-resource/api").json()
    assert 'resource_metadata="' in refused["WWW-Authenticate"]
    assert metadata["resource"] == settings.API_RESOURCE  # the very URL that was called (RFC 9728 §3.3)

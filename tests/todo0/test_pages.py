"""The pages, as a browser without JavaScript uses them."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from oauth2_provider.models import AccessToken

from tests.todo0.conftest import Call, call_api
from todo0.todos.models import Todo, TodoChange


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    return client


def submit(browser: Client, path: str, **fields: str) -> Any:
    """A form post with the CSRF token that the list page holds."""
    page = browser.get("/todos").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    return browser.post(path, {"csrfmiddlewaretoken": token} | fields)


def page_of(browser: Client, path: str = "/todos") -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style| style=| on\w+=", text), "the policy forbids inline code"
    return text


def test_the_front_page_leads_to_the_enterprise(seeded: None) -> None:
    page = page_of(Client(), "/?next=/todos/1")
    assert "/signin/start?connection=acme&amp;next=%2Ftodos%2F1" in page
    assert 'name="email"' in page
    assert 'value="/todos/1"' in page


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_the_front_page_leads_nowhere_else(seeded: None, browser: Client, target: str) -> None:
    assert "evil" not in Client().get("/", {"next": target}).content.decode()
    assert browser.get("/", {"next": target})["Location"] == "/todos"


@pytest.mark.parametrize("target", ["todo-history", "nowhere", "?x=1", "signin:logout", "\0", "/\0"])
def test_the_front_page_takes_only_paths_and_never_the_name_of_a_view(browser: Client, target: str) -> None:
    assert browser.get("/", {"next": target})["Location"] == "/todos"
    assert browser.get("/", {"next": "/settings/connected"})["Location"] == "/settings/connected"


@pytest.mark.parametrize("path", ["/todos", "/todos/1", "/settings/connected"])
def test_strangers_are_asked_to_sign_in(seeded: None, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/?next={path}")


def test_the_list_shows_the_persons_own_todos(browser: Client, bob: User) -> None:
    page = page_of(browser)
    assert "Send invoice" in page
    assert "Renew the staging certificate" not in page
    assert "Alice Anders" in page


def test_a_person_adds_completes_reopens_and_deletes_a_todo(browser: Client, alice: User) -> None:
    assert submit(browser, "/todos/add", title=" Water the plants ", due_on="2026-12-31").status_code == 302
    todo = Todo.objects.get(title="Water the plants")
    assert (todo.owner, todo.created_via, todo.due_on.isoformat()) == (alice, None, "2026-12-31")
    assert submit(browser, f"/todos/{todo.pk}/complete", source="you")["Location"] == "/todos?source=you"
    assert "todo--done" in page_of(browser)
    submit(browser, f"/todos/{todo.pk}/reopen")
    assert "todo--done" not in page_of(browser)
    history = page_of(browser, f"/todos/{todo.pk}")
    for action in ("Added", "Completed", "Reopened"):
        assert action in history
    submit(browser, f"/todos/{todo.pk}/delete")
    assert "Deleted “Water the plants”" in page_of(browser)
    assert not Todo.objects.filter(pk=todo.pk).exists()
    assert TodoChange.objects.filter(title="Water the plants").count() == 4, "the history stays"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "  "}, "Expected title to have 1 to 200 characters, found 0."),
        ({"title": "x" * 201}, "found 201."),
        ({"title": "a\x00b"}, "control character"),
        ({"title": "Fine", "due_on": "soon"}, "Expected due_on to be a date"),
        ({}, "found 0."),
    ],
)
def test_a_mistake_is_explained_and_loses_nothing(browser: Client, fields: dict[str, str], said: str) -> None:
    answer = submit(browser, "/todos/add", **fields)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert 'aria-invalid="true"' in page
    assert "soon" not in fields.values() or 'value="Fine"' in page, "what was right is kept"
    assert Todo.objects.count() == 5


@pytest.mark.spec("RS-06")
@pytest.mark.parametrize("action", ["", "/complete", "/reopen", "/delete"])
def test_nobody_elses_todo_exists(browser: Client, bob: User, action: str) -> None:
    bobs = Todo.objects.filter(owner=bob).first()
    for todo_id in (bobs.pk, 999_999, 10**30):
        path = f"/todos/{todo_id}{action}"
        answer = submit(browser, path) if action else browser.get(path)
        assert answer.status_code == 404
    bobs.refresh_from_db()
    assert not bobs.is_done


@pytest.mark.parametrize(
    "path", ["/todos/add", "/todos/1/complete", "/todos/1/delete", "/settings/connected/1/revoke"]
)
def test_changes_need_a_form_of_ours(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 405
    assert browser.post(path).status_code == 403, "no CSRF token"


def test_a_title_is_text_and_nothing_else(browser: Client) -> None:
    submit(browser, "/todos/add", title="<script>alert(1)</script>")
    assert "&lt;script&gt;" in page_of(browser)


def test_it_shows_what_an_agent_made_for_whom(browser: Client, call: Call) -> None:
    todo_id = call("POST", "/todos", {"title": "Made by an agent"}).json()["id"]
    page = page_of(browser)
    assert re.search(r"Made by an agent.*?Agent0.*?for you", page, re.S)
    assert "Made by an agent" in page_of(browser, "/todos?source=apps")
    assert "Made by an agent" not in page_of(browser, "/todos?source=you")
    assert "Send invoice" not in page_of(browser, "/todos?source=apps")
    history = page_of(browser, f"/todos/{todo_id}")
    for word in ("http://localhost:8003/acme", "todos.read todos.write", "AT-"):
        assert word in history


def test_it_says_so_when_there_is_nothing(browser: Client, alice: User) -> None:
    assert "No app has added anything for you yet." in page_of(browser, "/todos?source=apps")
    Todo.objects.filter(owner=alice).delete()
    assert "Nothing to do." in page_of(browser)


def test_the_rows_are_sent_again_only_after_a_change(browser: Client, call: Call) -> None:
    first = browser.get("/todos/rows")
    assert (first.status_code, "Send invoice" in first.content.decode()) == (200, True)
    assert f'data-etag="{first["ETag"].strip(chr(34))}"' in page_of(browser)
    again = browser.get("/todos/rows", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    call("POST", "/todos", {"title": "News"})
    fresh = browser.get("/todos/rows", headers={"If-None-Match": first["ETag"]})
    assert "News" in fresh.content.decode()
    assert Client().get("/todos/rows").status_code == 401


def test_connected_shows_the_app_and_revokes_its_tokens(browser: Client, call: Call, token: str) -> None:
    call("POST", "/todos", {"title": "Before"})
    page = page_of(browser, "/settings/connected")
    for word in ("Agent0", "agent0-at-todo0", "works now", "Revoke now", "http://localhost:8003/acme", "Before"):
        assert word in page
    assert token not in page
    application_id = AccessToken.objects.get().application_id
    submit(browser, f"/settings/connected/{application_id}/revoke")
    assert call("GET", "/todos").status_code == 401
    after = page_of(browser, "/settings/connected")
    assert "Revoked 1 access token of Agent0." in after
    assert "No access token works now." in after
    submit(browser, f"/settings/connected/{application_id}/revoke")
    assert "Revoked 0 access tokens of Agent0." in page_of(browser, "/settings/connected"), "a second click"
    assert submit(browser, "/settings/connected/999999/revoke").status_code == 404


def test_connected_shows_nobody_elses_tokens(token: str, bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert "No app has acted for you yet." in page_of(client, "/settings/connected")
    application_id = AccessToken.objects.get().application_id
    for number in (application_id, 999_999, 10**30):
        answer = submit(client, f"/settings/connected/{number}/revoke")
        assert answer.status_code == 404, "an app that never acted for him is as unknown as none at all"
    assert call_api("GET", "/todos", Authorization=f"Bearer {token}").status_code == 200


def test_it_stands_without_the_stage(browser: Client, settings: Any) -> None:
    settings.STAGE = False
    page_of(browser)
    assert "Sign in with Acme" not in page_of(Client(), "/"), "a list of connections is a list of customers"

"""Who acted for her, by the IdP's word: in the access token, its introspection and the history of a todo."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.todo0.conftest import Redeem, basic_auth, call_api, id_jag, post_form
from todo0.authserver.models import AccessTokenOrigin
from todo0.todos.models import Todo, TodoChange
from xaa import jose

ACT = {"sub": "planner-7", "act": {"sub": "scheduler"}}


def add_todo(token: str) -> Todo:
    body = {"title": "Ask the planner"}
    answer = call_api("POST", "/todos", body, Authorization=f"Bearer {token}", Idempotency_Key="1")
    assert answer.status_code == 201, answer.content
    return Todo.objects.get(pk=answer.json()["id"])


def read_history(person: User, todo: Todo) -> str:
    browser = Client()
    browser.force_login(person)
    return browser.get(f"/todos/{todo.pk}").content.decode()


@pytest.mark.spec("AT-15")
def test_it_goes_from_the_id_jag_to_the_history_of_the_todo(redeem: Redeem, alice: User) -> None:
    token = redeem(id_jag(act=ACT)).json()["access_token"]
    assert jose.peek(token).unverified_claims["act"] == ACT
    told = post_form("/oauth/introspect", {"token": token}, Authorization=basic_auth()).json()
    assert told["act"] == ACT
    assert json.loads(AccessTokenOrigin.objects.get().act) == ACT
    todo = add_todo(token)
    assert TodoChange.objects.get(todo=todo).acting == "planner-7"
    assert "planner-7" in read_history(alice, todo)
    assert "scheduler" not in read_history(alice, todo), "who acted before does not act now (RFC 8693 §4.1)"


@pytest.mark.spec("AT-15")
def test_it_is_the_record_that_outlives_the_token(redeem: Redeem, alice: User) -> None:
    token = redeem(id_jag(act=ACT)).json()["access_token"]
    todo = add_todo(token)
    post_form("/oauth/revoke", {"token": token}, Authorization=basic_auth())
    assert not AccessTokenOrigin.objects.exists()
    assert "planner-7" in read_history(alice, todo)


@pytest.mark.spec("AT-15")
@pytest.mark.parametrize("act", [None, "planner-7", 7, [], {}])
def test_what_names_nobody_is_no_more_than_silence(redeem: Redeem, alice: User, act: Any) -> None:
    token = redeem(id_jag(act=act)).json()["access_token"]
    assert "act" not in jose.peek(token).unverified_claims
    todo = add_todo(token)
    assert TodoChange.objects.get(todo=todo).acting == ""
    assert "acting" not in read_history(alice, todo)


@pytest.mark.spec("AT-15")
@pytest.mark.parametrize(
    ("subject", "named"),
    [("x" * 300, "x" * 255), ("a\0b", ""), (7, ""), (["planner-7"], ""), ("<b>x</b>", "<b>x</b>")],
)
def test_a_strange_name_is_carried_and_never_a_crash(
    redeem: Redeem, alice: User, subject: object, named: str
) -> None:
    answer = redeem(id_jag(act={"sub": subject}))
    assert answer.status_code == 200, answer.content
    token = answer.json()["access_token"]
    assert jose.peek(token).unverified_claims["act"] == {"sub": subject}
    todo = add_todo(token)
    assert TodoChange.objects.get(todo=todo).acting == named
    assert "<b>" not in read_history(alice, todo).split("<h2>")[1]

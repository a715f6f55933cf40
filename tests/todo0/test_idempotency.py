"""A repeated request is answered, not repeated: whoever kills Agent0's worker doubles nothing."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from stage.kit import people
from tests.todo0.conftest import Call, Redeem, call_api, id_jag
from todo0.api.models import IdempotentRequest
from todo0.todos import changes
from todo0.todos.models import Todo

BODY = {"title": "Once"}


def count() -> int:
    return Todo.objects.filter(title="Once").count()


def test_it_answers_a_repeat_as_it_answered_the_first(call: Call) -> None:
    first = call("POST", "/todos", BODY, Idempotency_Key="run-1")
    repeat = call("POST", "/todos", BODY, Idempotency_Key="run-1")
    assert (first.status_code, repeat.status_code) == (201, 201)
    assert first.json() == repeat.json()
    assert "Idempotent-Replay" not in first
    assert repeat["Idempotent-Replay"] == "true"
    assert count() == 1


def test_it_answers_a_repeat_after_the_todo_was_deleted(call: Call) -> None:
    first = call("POST", "/todos", BODY, Idempotency_Key="run-1").json()
    call("DELETE", f"/todos/{first['id']}")
    assert call("POST", "/todos", BODY, Idempotency_Key="run-1").json() == first
    assert count() == 0


def test_it_refuses_the_key_with_another_body(call: Call) -> None:
    call("POST", "/todos", BODY, Idempotency_Key="run-1")
    answer = call("POST", "/todos", {"title": "Twice"}, Idempotency_Key="run-1")
    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")
    assert call("POST", "/todos", {"title": "Twice"}, Idempotency_Key="run-2").status_code == 201


def test_it_keeps_keys_of_different_people_apart(call: Call, redeem: Redeem) -> None:
    alices = call("POST", "/todos", BODY, Idempotency_Key="same").json()
    bearer = redeem(id_jag(sub=people.BOB.sub)).json()["access_token"]
    bobs = call("POST", "/todos", BODY, bearer=bearer, Idempotency_Key="same")
    assert "Idempotent-Replay" not in bobs
    assert bobs.json()["id"] != alices["id"]


def test_it_keeps_keys_of_different_apps_apart(call: Call, redeem: Redeem) -> None:
    call("POST", "/todos", BODY, Idempotency_Key="same")
    evil = redeem(id_jag(client_id="evil0-at-todo0"), client_id="evil0-at-todo0").json()["access_token"]
    assert "Idempotent-Replay" not in call("POST", "/todos", BODY, bearer=evil, Idempotency_Key="same")


def test_it_makes_two_todos_without_a_key(call: Call) -> None:
    assert [call("POST", "/todos", BODY).status_code for _ in range(2)] == [201, 201]
    assert count() == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "ü", "a\tb"])
def test_it_refuses_a_key_it_cannot_keep(call: Call, key: str) -> None:
    assert call("POST", "/todos", BODY, Idempotency_Key=key).status_code == 400
    assert count() == 0


def test_it_keeps_no_key_whose_request_failed(call: Call) -> None:
    assert call("POST", "/todos", {"title": ""}, Idempotency_Key="run-1").status_code == 400
    assert call("POST", "/todos", BODY, Idempotency_Key="run-1").status_code == 201


def test_it_loses_the_claim_with_the_work_when_killed_in_between(call: Call, monkeypatch: Any) -> None:
    """What a kill -9 leaves is what a rollback leaves: neither the key nor the todo."""

    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(changes.TodoChange.objects, "create", killed)
        with pytest.raises(KeyboardInterrupt):
            call("POST", "/todos", BODY, Idempotency_Key="run-1")
    assert (IdempotentRequest.objects.count(), count()) == (0, 0)
    assert call("POST", "/todos", BODY, Idempotency_Key="run-1").status_code == 201


def test_it_forgets_a_key_after_a_day(call: Call) -> None:
    call("POST", "/todos", BODY, Idempotency_Key="run-1")
    old = IdempotentRequest.objects.get()
    IdempotentRequest.objects.update(created_at=old.created_at - timedelta(hours=25))
    call("POST", "/todos", BODY, Idempotency_Key="run-1")
    assert count() == 2
    assert IdempotentRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_does_the_work_once_when_the_same_key_comes_several_times_at_once(redeem: Redeem, alice: User) -> None:
    bearer = redeem(id_jag()).json()["access_token"]
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency_Key": "race"}
    barrier = threading.Barrier(4)
    answers: list[Any] = []

    def send() -> None:
        barrier.wait()
        try:
            answers.append(call_api("POST", "/todos", BODY, **headers))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer for answer in answers) == 3
    assert count() == 1

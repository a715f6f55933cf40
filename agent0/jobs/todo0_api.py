"""The resource app's REST API, as Agent0 uses it: four calls, each with its answer checked before anything is
believed.

In the flow this is the last leg, the reason for all the others. The caller hands in something that sends a
request with the right access token; this file knows paths and bodies, and no token.

Deliberately does not: retry.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings

from agent0.jobs.todo_list import MAX_TODOS, PAGE, Todo, parse_page, parse_todo, read_refusal
from xaa.client import UnexpectedResponse
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp

Send = Callable[..., HttpAnswer]


class RestTodoList:
    """``send(method, path, json=, headers=)`` calls the API with the Run's token."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def load_all(self, *, open_only: bool = False) -> list[Todo]:
        """The person's todos, page by page, oldest first."""
        only = "&done=false" if open_only else ""
        todos: list[Todo] = []
        after = 0
        while len(todos) < MAX_TODOS:
            answer = _check(self._send("GET", f"/todos?limit={PAGE}&after={after}{only}"), HTTPStatus.OK)
            page, after = parse_page(_read_object(answer), after=after)
            todos += page
            if not after:
                break
        return todos

    def create(self, *, title: str, idempotency_key: str) -> Todo:
        """One todo however often it is called with this key (draft-ietf-httpapi-idempotency-key-header §2)."""
        answer = self._send("POST", "/todos", json={"title": title}, headers={"Idempotency-Key": idempotency_key})
        return _read_todo(_check(answer, HTTPStatus.CREATED, HTTPStatus.OK))

    def complete(self, todo_id: int) -> Todo:
        """Completing what is complete changes nothing, so a repeat is safe."""
        return _read_todo(_check(self._send("POST", f"/todos/{todo_id}/complete"), HTTPStatus.OK))

    def delete(self, todo_id: int) -> None:
        """Deleting what is gone is done, so a repeat is safe."""
        answer = self._send("DELETE", f"/todos/{todo_id}")
        if answer.status != HTTPStatus.NOT_FOUND:
            _check(answer, HTTPStatus.NO_CONTENT)


def call_without_token(http: OutgoingHttp) -> HttpAnswer:
    """To be refused, and to learn from it (RFC 9728 §5.1)."""
    return http.get(settings.RESOURCE)


def _check(answer: HttpAnswer, *expected: int) -> HttpAnswer:
    if answer.status not in expected:
        raise read_refusal(answer)
    return answer


def _read_todo(answer: HttpAnswer) -> Todo:
    return parse_todo(_read_object(answer))


def _read_object(answer: HttpAnswer) -> dict[str, Any]:
    try:
        return answer.json()
    except HttpFailure as failure:
        raise UnexpectedResponse("api call", field="body", rule=failure.reason) from failure

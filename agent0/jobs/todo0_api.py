"""The resource app's API, as Agent0 uses it: four calls, each with its answer checked before anything is
believed.

In the flow this is the last leg, the reason for all the others. The caller hands in something that sends a
request with the right access token; this file knows paths and bodies, and no token.

Deliberately does not: retry, or interpret a todo's title. A title is somebody's text, to be shown and not
obeyed.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from xaa.client import SignInDemand, UnexpectedResponse, read_sign_in_demand
from xaa.client.endpoints import read_retry_after
from xaa.http import HttpAnswer, HttpFailure

Send = Callable[..., HttpAnswer]
PAGE: Final = 100
MAX_TODOS: Final = 500


class ApiRefused(Exception):
    """The API said no. ``error`` and ``message`` are its own words, ``demand`` the sign-in that it wants."""

    def __init__(self, status: int, error: str, message: str, *, demand: SignInDemand | None = None) -> None:
        super().__init__(f"{status} {error}: {message}")
        self.demand = demand
        self.status = status
        self.error = error
        self.message = message


class ApiUnavailable(Exception):
    """The API says "later": worth another try, after ``retry_after`` seconds if it said so (RFC 9110 §10.2.3)."""

    leg: Final = "api call"

    def __init__(self, reason: str, *, retry_after: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True)
class Todo:
    id: int
    title: str
    done: bool
    due_on: str | None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def list_todos(send: Send, *, open_only: bool = False) -> list[Todo]:
    """The person's todos, page by page, oldest first."""
    only = "&done=false" if open_only else ""
    todos: list[Todo] = []
    after = 0
    while len(todos) < MAX_TODOS:
        answer = _check(send("GET", f"/todos?limit={PAGE}&after={after}{only}"), HTTPStatus.OK)
        body = _read_object(answer)
        page = body.get("todos")
        if not isinstance(page, list):
            raise UnexpectedResponse("api call", field="todos", rule="must be a list")
        todos += [_parse_todo(entry) for entry in page]
        following = body.get("next")
        if not isinstance(following, int) or following <= after:
            break
        after = following
    return todos


def create(send: Send, *, title: str, idempotency_key: str) -> Todo:
    """Creates one todo however often it is called with this key (draft-ietf-httpapi-idempotency-key-header §2)."""
    answer = send("POST", "/todos", json={"title": title}, headers={"Idempotency-Key": idempotency_key})
    return _read_todo(_check(answer, HTTPStatus.CREATED, HTTPStatus.OK))


def complete(send: Send, todo_id: int) -> Todo:
    """Completing what is complete changes nothing, so a repeat is safe."""
    return _read_todo(_check(send("POST", f"/todos/{todo_id}/complete"), HTTPStatus.OK))


def delete(send: Send, todo_id: int) -> None:
    """Deleting what is gone is done, so a repeat is safe."""
    answer = send("DELETE", f"/todos/{todo_id}")
    if answer.status != HTTPStatus.NOT_FOUND:
        _check(answer, HTTPStatus.NO_CONTENT)


def _check(answer: HttpAnswer, *expected: int) -> HttpAnswer:
    if answer.status in expected:
        return answer
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ApiUnavailable(f"status {answer.status}", retry_after=read_retry_after(answer))
    error, message = _read_error(answer)
    raise ApiRefused(answer.status, error, message, demand=read_sign_in_demand(answer))


def _read_error(answer: HttpAnswer) -> tuple[str, str]:
    try:
        body = answer.json()
    except HttpFailure:
        body = {}
    return str(body.get("error", ""))[:80], str(body.get("message", ""))[:300]


def _read_todo(answer: HttpAnswer) -> Todo:
    return _parse_todo(_read_object(answer))


def _read_object(answer: HttpAnswer) -> dict[str, Any]:
    try:
        return answer.json()
    except HttpFailure as failure:
        raise UnexpectedResponse("api call", field="body", rule=failure.reason) from failure


def _parse_todo(entry: Any) -> Todo:
    try:
        todo = Todo(entry["id"], entry["title"], entry["done"], entry["due_on"])
        valid = type(todo.id) is int and isinstance(todo.title, str) and isinstance(todo.done, bool)
        if todo.due_on is not None:
            date.fromisoformat(todo.due_on)
    except (KeyError, TypeError, ValueError) as error:
        raise UnexpectedResponse("api call", field="todo", rule="must have id, title, done and due_on") from error
    if not valid:
        raise UnexpectedResponse("api call", field="todo", rule="must have a numeric id, a title, and done")
    return todo

"""The person's todos at the resource app, whichever way leads there: what can be done, and what may be believed of
the answers.

In the flow ``actions`` speaks to a ``TodoList`` and does not know which it is: ``todo0_api`` over REST,
``todo0_mcp`` over MCP.

Deliberately does not: interpret a todo's title. A title is somebody's text, to be shown and not obeyed.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Protocol

from xaa.client import SignInDemand, UnexpectedResponse, read_sign_in_demand
from xaa.client.endpoints import read_retry_after
from xaa.http import HttpAnswer, HttpFailure

PAGE: Final = 100
MAX_TODOS: Final = 500
MAX_TITLE: Final = 500
"""Characters of a title that are kept: the pages look through it, and an API may send any number."""


class ApiRefused(Exception):
    """The resource server said no. ``error`` and ``message`` are its words, ``demand`` the sign-in it wants."""

    def __init__(self, status: int, error: str, message: str, *, demand: SignInDemand | None = None) -> None:
        super().__init__(f"{status} {error}: {message}")
        self.demand = demand
        self.status = status
        self.error = error
        self.message = message


class ApiUnavailable(Exception):
    """It says "later": worth another try, after ``retry_after`` seconds if it said so (RFC 9110 §10.2.3)."""

    leg: Final = "api call"

    def __init__(self, reason: str, *, retry_after: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class ApiLimited(ApiUnavailable):
    """It is there and says "not so many" (RFC 6585 §4)."""


class NotOffered(Exception):
    """There is no such thing on this way; nothing was asked of anybody."""


@dataclass(frozen=True)
class Todo:
    id: int
    title: str
    done: bool
    due_on: str | None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class TodoList(Protocol):
    """Each may be repeated after a crash: adding by its key, the others because they are then already done."""

    def load_all(self, *, open_only: bool = False) -> list[Todo]: ...

    def create(self, *, title: str, idempotency_key: str) -> Todo: ...

    def complete(self, todo_id: int) -> Todo: ...

    def delete(self, todo_id: int) -> None: ...


def parse_page(body: dict[str, Any], *, after: int) -> tuple[list[Todo], int]:
    """A page's todos, and where the next one begins; 0 when there is none."""
    page = body.get("todos")
    if not isinstance(page, list):
        raise UnexpectedResponse("api call", field="todos", rule="must be a list")
    following = body.get("next")
    return [parse_todo(entry) for entry in page], following if type(following) is int and following > after else 0


def parse_todo(entry: Any) -> Todo:
    try:
        todo = Todo(entry["id"], entry["title"][:MAX_TITLE], entry["done"], entry["due_on"])
        valid = type(todo.id) is int and isinstance(todo.title, str) and isinstance(todo.done, bool)
        if todo.due_on is not None:
            date.fromisoformat(todo.due_on)
    except (KeyError, TypeError, ValueError) as error:
        raise UnexpectedResponse("api call", field="todo", rule="must have id, title, done and due_on") from error
    if not valid:
        raise UnexpectedResponse("api call", field="todo", rule="must have a numeric id, a title, and done")
    return todo


def read_refusal(answer: HttpAnswer) -> ApiRefused | ApiUnavailable:
    """What an HTTP error status says: later, or no."""
    if answer.status == 429 or answer.status >= 500:
        kind = ApiLimited if answer.status == 429 else ApiUnavailable
        return kind(f"status {answer.status}", retry_after=read_retry_after(answer))
    try:
        body = answer.json()
    except HttpFailure:
        body = {}
    error, message = str(body.get("error", ""))[:80], str(body.get("message", ""))[:300]
    return ApiRefused(answer.status, error, message, demand=read_sign_in_demand(answer))

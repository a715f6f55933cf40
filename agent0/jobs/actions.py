"""The four things Agent0 can do, each written so that doing it twice is doing it once.

In the flow: the worker holds the Run's lease and calls ``perform``. Adding is made single by the Run's
idempotency key; completing and deleting work on *pinned* todos, chosen once and stored with the Run before
the first is touched, so a second attempt after a crash means the same todos and not their namesakes.

Deliberately does not: read what a todo's title says as an instruction. Titles are data here, whoever wrote
them.
"""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from django.utils import timezone

from agent0.jobs import todo0_api
from agent0.jobs.lease import Lease
from agent0.jobs.models import Run
from agent0.jobs.todo0_api import Send, Todo

Outcome = dict[str, Any]

READ: Final = "todos.read"
WRITE: Final = "todos.write"
SCOPES: Final[dict[str, tuple[str, ...]]] = {
    Run.Kind.LIST: (READ,),
    Run.Kind.ADD: (READ, WRITE),
    Run.Kind.COMPLETE: (READ, WRITE),
    Run.Kind.DELETE_ALL: (READ, WRITE),
}
"""What each action asks for. The token of a list cannot delete: privileges stay small (RFC 9700 §2.3)."""


def perform(run: Run, lease: Lease, send: Send) -> Outcome:
    """Do it. The outcome says what was done, in data; the page finds the words."""
    return _ACTIONS[run.kind](run, lease, send)


def list_todos(run: Run, lease: Lease, send: Send) -> Outcome:
    todos = todo0_api.list_todos(send, open_only=True)
    if run.arguments.get("due") == "today":
        todos = [todo for todo in todos if _is_due(todo, timezone.now().date())]
        return {"code": "due_today", "todos": [todo.as_json() for todo in todos]}
    return {"code": "listed", "todos": [todo.as_json() for todo in todos]}


def create_todo(run: Run, lease: Lease, send: Send) -> Outcome:
    todo = todo0_api.create(send, title=run.arguments["title"], idempotency_key=str(run.idempotency_key))
    return {"code": "created", "todos": [todo.as_json()]}


def complete_todo(run: Run, lease: Lease, send: Send) -> Outcome:
    wanted = run.arguments["title"].casefold()

    def choose() -> list[Todo]:
        todos = todo0_api.list_todos(send, open_only=True)
        return [todo for todo in todos if todo.title.casefold() == wanted][:1]

    targets = _pin(run, lease, choose)
    if not targets:
        return {"code": "no_such_todo"}
    try:
        todo = todo0_api.complete(send, targets[0]["id"])
    except todo0_api.ApiRefused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:  # deleted since it was pinned
            return {"code": "no_such_todo"}
        raise
    return {"code": "completed", "todos": [todo.as_json()]}


def delete_all_todos(run: Run, lease: Lease, send: Send) -> Outcome:
    targets = _pin(run, lease, lambda: todo0_api.list_todos(send))
    for target in targets:
        lease.renew()
        todo0_api.delete(send, target["id"])
    return {"code": "deleted", "todos": targets}


def _pin(run: Run, lease: Lease, choose: Callable[[], list[Todo]]) -> list[dict[str, Any]]:
    """The Run's targets: as an earlier attempt pinned them, or chosen and pinned now."""
    if run.targets is None:
        run.targets = [todo.as_json() for todo in choose()]
        lease.pin_targets(run.targets)
    return list(run.targets)


def _is_due(todo: Todo, today: date) -> bool:
    """Due today or overdue."""
    return todo.due_on is not None and date.fromisoformat(todo.due_on) <= today


_ACTIONS: Final[dict[str, Callable[[Run, Lease, Send], Outcome]]] = {
    Run.Kind.LIST: list_todos,
    Run.Kind.ADD: create_todo,
    Run.Kind.COMPLETE: complete_todo,
    Run.Kind.DELETE_ALL: delete_all_todos,
}

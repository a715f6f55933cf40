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

from agent0.jobs.lease import Lease
from agent0.jobs.models import Run
from agent0.jobs.todo_list import ApiRefused, NotOffered, Todo, TodoList
from agent0.ways import Way

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


def check_offered(run: Run) -> None:
    """Asked before anybody else is: the resource app's MCP server has no tool that deletes."""
    if run.way == Way.MCP and run.kind == Run.Kind.DELETE_ALL:
        raise NotOffered("there is no tool that deletes")


def perform(run: Run, lease: Lease, todo_list: TodoList) -> Outcome:
    """Do it. The outcome says what was done, in data; the page finds the words."""
    return _ACTIONS[run.kind](run, lease, todo_list)


def list_todos(run: Run, lease: Lease, todo_list: TodoList) -> Outcome:
    todos = todo_list.load_all(open_only=True)
    if run.arguments.get("due") == "today":
        todos = [todo for todo in todos if _is_due(todo, timezone.now().date())]
        return {"code": "due_today", "todos": [todo.as_json() for todo in todos]}
    return {"code": "listed", "todos": [todo.as_json() for todo in todos]}


def create_todo(run: Run, lease: Lease, todo_list: TodoList) -> Outcome:
    todo = todo_list.create(title=run.arguments["title"], idempotency_key=str(run.idempotency_key))
    return {"code": "created", "todos": [todo.as_json()]}


def complete_todo(run: Run, lease: Lease, todo_list: TodoList) -> Outcome:
    wanted = run.arguments["title"].casefold()

    def choose() -> list[Todo]:
        todos = todo_list.load_all(open_only=True)
        return [todo for todo in todos if todo.title.casefold() == wanted][:1]

    targets = _pin(run, lease, choose)
    if not targets:
        return {"code": "no_such_todo"}
    try:
        todo = todo_list.complete(targets[0]["id"])
    except ApiRefused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:  # deleted since it was pinned
            return {"code": "no_such_todo"}
        raise
    return {"code": "completed", "todos": [todo.as_json()]}


def delete_all_todos(run: Run, lease: Lease, todo_list: TodoList) -> Outcome:
    targets = _pin(run, lease, todo_list.load_all)
    for target in targets:
        lease.renew()
        todo_list.delete(target["id"])
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


_ACTIONS: Final[dict[str, Callable[[Run, Lease, TodoList], Outcome]]] = {
    Run.Kind.LIST: list_todos,
    Run.Kind.ADD: create_todo,
    Run.Kind.COMPLETE: complete_todo,
    Run.Kind.DELETE_ALL: delete_all_todos,
}

"""The API's handlers: list, create, read, change, complete and delete the token user's todos.

In the flow this is what all the rest was for. Each handler is called with an ``Access`` that passed A1 to A7.

Deliberately does not: tell another user's todo from none at all; both are 404 (ID-JAG §4.1: local
authorization always applies).
"""

from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from todo0.api.access_token import check_also
from todo0.api.errors import not_found
from todo0.api.idempotency import answer_once
from todo0.api.json_body import read_done, read_due_on, read_object, read_title, refused
from todo0.api.presented import Access
from todo0.api.step_up import demand_for
from todo0.todos import changes
from todo0.todos.models import Todo

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
MAX_ID: Final = 2**63 - 1


def list_todos(request: HttpRequest, access: Access, *, at: datetime) -> HttpResponse:
    """One page, oldest first. ``next`` is the ``after`` of the following page, null on the last."""
    limit = _read_number(request, "limit", default=DEFAULT_LIMIT, at_least=1, at_most=MAX_LIMIT)
    after = _read_number(request, "after", default=0, at_least=0, at_most=MAX_ID)
    return JsonResponse(load_page(access, limit=limit, after=after, done=_read_flag(request, "done")))


def load_page(access: Access, *, limit: int, after: int, done: bool | None) -> dict[str, Any]:
    """In one statement; ``done`` None means all."""
    rows = _todos_of(access).filter(pk__gt=after)
    if done is not None:
        rows = rows.filter(done_at__isnull=not done)
    page = list(rows.order_by("pk")[: limit + 1])
    more = len(page) > limit
    shown = page[:limit]
    return {"todos": [as_json(todo) for todo in shown], "next": shown[-1].pk if more else None}


def create_todo(request: HttpRequest, access: Access, *, at: datetime) -> HttpResponse:
    wanted = read_object(request, {"title": read_title, "due_on": read_due_on})
    if "title" not in wanted:
        raise refused("Expected a member title, found none.")

    def carry_out() -> tuple[int, dict[str, Any]]:
        todo = changes.add_todo(access.as_actor(), at=at, **wanted)
        return 201, as_json(todo)

    return answer_once(request, access, at=at, payload=wanted, carry_out=carry_out)


def get_todo(request: HttpRequest, access: Access, *, at: datetime, todo_id: int) -> HttpResponse:
    return JsonResponse(as_json(load_todo(access, todo_id)))


def change_todo(request: HttpRequest, access: Access, *, at: datetime, todo_id: int) -> HttpResponse:
    wanted = read_object(request, {"title": read_title, "done": read_done, "due_on": read_due_on})
    if not wanted:
        raise refused("Expected at least one of title, done, due_on, found none.")
    if "done" in wanted:  # then it also does what POST .../complete does, or takes it back
        check_also(access, action="complete", demand=demand_for("complete_todo"))
    todo, actor = load_todo(access, todo_id), access.as_actor()
    if "title" in wanted:
        changes.rename(actor, todo, title=wanted["title"], at=at)
    if "due_on" in wanted:
        changes.reschedule(actor, todo, due_on=wanted["due_on"], at=at)
    if "done" in wanted:
        (changes.complete if wanted["done"] else changes.reopen)(actor, todo, at=at)
    return JsonResponse(as_json(todo))


def complete_todo(request: HttpRequest, access: Access, *, at: datetime, todo_id: int) -> HttpResponse:
    todo = load_todo(access, todo_id)
    changes.complete(access.as_actor(), todo, at=at)
    return JsonResponse(as_json(todo))


def delete_todo(request: HttpRequest, access: Access, *, at: datetime, todo_id: int) -> HttpResponse:
    changes.delete(access.as_actor(), load_todo(access, todo_id), at=at)
    return HttpResponse(status=204)


def as_json(todo: Todo) -> dict[str, Any]:
    return {
        "id": todo.pk,
        "title": todo.title,
        "done": todo.is_done,
        "due_on": todo.due_on.isoformat() if todo.due_on else None,
        "created_at": todo.created_at.isoformat(),
        "done_at": todo.done_at.isoformat() if todo.done_at else None,
        "created_via": todo.created_via_name or None,
    }


def _todos_of(access: Access) -> QuerySet[Todo]:
    """The user's own, and of them those that the token's details name, if they name some (RFC 9396 §2.2)."""
    todos = changes.todos_of(access.as_actor())
    return todos if access.reach is None else todos.filter(pk__in=access.reach)


def load_todo(access: Access, todo_id: int) -> Todo:
    try:
        return _todos_of(access).get(pk=todo_id)
    except Todo.DoesNotExist as error:
        raise not_found(todo_id) from error


def _read_number(request: HttpRequest, name: str, *, default: int, at_least: int, at_most: int) -> int:
    raw = request.GET.get(name, str(default))
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 19 and at_least <= int(raw) <= at_most):
        raise refused(f"Expected {name} to be a number from {at_least} to {at_most}, found {ascii(raw)[:60]}.")
    return int(raw)


def _read_flag(request: HttpRequest, name: str) -> bool | None:
    raw = request.GET.get(name)
    if raw not in (None, "true", "false"):
        raise refused(f"Expected {name} to be true or false, found {ascii(raw)[:60]}.")
    return None if raw is None else raw == "true"

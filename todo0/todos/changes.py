"""Change a todo and write down who did it: the only code that writes to either table.

In the flow, the page calls it for a person and the API for an app acting for that person; the ``Actor`` tells
them apart. Each change and its history line are one transaction, so neither exists without the other.

Deliberately does not: check scopes or tokens (``todo0.api.access_token`` has), nor look beyond the actor's
own todos: every statement is bound to ``owner=actor.user``, so another user's todo does not exist here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from stage.kit import telemetry
from todo0.todos.models import Todo, TodoChange

Action = TodoChange.Action


@dataclass(frozen=True)
class Actor:
    """Who acts: ``user`` alone, or an app for ``user``, on the word of ``issuer``, with one access token.

    ``acting`` is whom the issuer named as acting through the app, such as one of its agents; written down as said.
    """

    user: User
    client: Any = None
    issuer: str = ""
    scope: str = ""
    token_fingerprint: str = ""
    acting: str = ""

    @property
    def client_name(self) -> str:
        return str(self.client) if self.client else ""


def todos_of(actor: Actor) -> QuerySet[Todo]:
    return Todo.objects.filter(owner=actor.user)


@transaction.atomic
def add_todo(actor: Actor, *, title: str, at: datetime, due_on: date | None = None) -> Todo:
    todo = Todo.objects.create(
        owner=actor.user,
        title=title,
        due_on=due_on,
        created_at=at,
        changed_at=at,
        created_via=actor.client,
        created_via_name=actor.client_name,
        created_by_issuer=actor.issuer,
    )
    _write_history(actor, todo, title, Action.ADDED, at)
    return todo


def complete(actor: Actor, todo: Todo, *, at: datetime) -> None:
    """Completing a done todo changes nothing, so a repeated request is harmless."""
    _change(
        actor,
        todo,
        Action.COMPLETED,
        at,
        only_if={"done_at__isnull": True},
        done_at=at,
        completed_via_name=actor.client_name,
    )


def reopen(actor: Actor, todo: Todo, *, at: datetime) -> None:
    _change(
        actor,
        todo,
        Action.REOPENED,
        at,
        only_if={"done_at__isnull": False},
        done_at=None,
        completed_via_name="",
    )


def rename(actor: Actor, todo: Todo, *, title: str, at: datetime) -> None:
    if title != todo.title:
        _change(actor, todo, Action.RENAMED, at, title=title)


def reschedule(actor: Actor, todo: Todo, *, due_on: date | None, at: datetime) -> None:
    if due_on != todo.due_on:
        _change(actor, todo, Action.RESCHEDULED, at, due_on=due_on)


@transaction.atomic
def delete(actor: Actor, todo: Todo, *, at: datetime) -> None:
    """The row goes, its history stays. Of two racing deletions only one is history."""
    deleted, _ = todos_of(actor).filter(pk=todo.pk).delete()
    if deleted:
        _write_history(actor, None, todo.title, Action.DELETED, at)


@transaction.atomic
def _change(
    actor: Actor, todo: Todo, action: str, at: datetime, *, only_if: dict[str, Any] | None = None, **values: Any
) -> None:
    """One conditional UPDATE, so that of two racing changes only the one that changed something is history."""
    row = todos_of(actor).filter(pk=todo.pk, **(only_if or {}))
    if row.update(changed_at=at, **values):
        for name, value in values.items():
            setattr(todo, name, value)
        _write_history(actor, todo, todo.title, action, at)


def _write_history(actor: Actor, todo: Todo | None, title: str, action: str, at: datetime) -> None:
    TodoChange.objects.create(
        todo=todo,
        title=title,
        actor=actor.user,
        action=action,
        at=at,
        client=actor.client,
        client_name=actor.client_name,
        issuer=actor.issuer,
        scope=actor.scope,
        token_fingerprint=actor.token_fingerprint,
        acting=actor.acting,
        trace_id=telemetry.current_trace_id(),
    )

"""A person's own changes, each one form: add, complete, reopen, delete.

Deliberately does not: take an id on trust. A todo of somebody else is 404, like one that never was.
"""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from todo0.todos import changes
from todo0.todos.fields import FieldRefused, clean_due_on, clean_title
from todo0.todos.listing import SOURCES, context_of
from todo0.todos.models import Todo


@require_POST
@login_required
def add(request: HttpRequest) -> HttpResponse:
    title, due_on = request.POST.get("title", ""), request.POST.get("due_on", "")
    problems = {"title_error": _problem(clean_title, title)}
    problems["due_on_error"] = _problem(clean_due_on, due_on) if due_on else ""
    if any(problems.values()):
        typed = {"typed_title": title[:1000], "typed_due_on": due_on[:40]}
        return render(request, "todos.html", context_of(request, **typed, **problems), status=400)
    changes.add_todo(
        _actor(request),
        title=clean_title(title),
        due_on=clean_due_on(due_on) if due_on else None,
        at=timezone.now(),
    )
    return _back(request)


@require_POST
@login_required
def complete(request: HttpRequest, todo_id: int) -> HttpResponse:
    changes.complete(_actor(request), load_todo(request, todo_id), at=timezone.now())
    return _back(request)


@require_POST
@login_required
def reopen(request: HttpRequest, todo_id: int) -> HttpResponse:
    changes.reopen(_actor(request), load_todo(request, todo_id), at=timezone.now())
    return _back(request)


@require_POST
@login_required
def delete(request: HttpRequest, todo_id: int) -> HttpResponse:
    todo = load_todo(request, todo_id)
    changes.delete(_actor(request), todo, at=timezone.now())
    messages.success(request, f"Deleted “{todo.title}”.")
    return _back(request)


def load_todo(request: HttpRequest, todo_id: int) -> Todo:
    try:
        return changes.todos_of(_actor(request)).get(pk=todo_id)
    except Todo.DoesNotExist as error:
        raise Http404("no todo of yours has this number") from error


def _actor(request: HttpRequest) -> changes.Actor:
    return changes.Actor(user=request.user)


def _problem(cleaner: Callable[[str], object], typed: str) -> str:
    """What to tell the person about ``typed``; "" when nothing."""
    try:
        cleaner(typed)
    except FieldRefused as error:
        return str(error)
    return ""


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was filtered."""
    source = request.POST.get("source", "")
    query = f"?source={source}" if source and source in SOURCES else ""
    return redirect(reverse("todos") + query)

"""A person's own changes, each one form: add, complete, reopen, delete.

Deliberately does not: take an id on trust. A todo of somebody else is 404, like one that never was.
"""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from todo0.todos import changes
from todo0.todos.listing import SOURCES, context_of
from todo0.todos.models import Todo
from todo0.todos.titles import TitleRefused, clean_title


@require_POST
@login_required
def add(request: HttpRequest) -> HttpResponse:
    typed = {"typed_title": request.POST.get("title", "")[:1000], "typed_due_on": request.POST.get("due_on", "")}
    try:
        title, due_on = clean_title(typed["typed_title"]), _read_date(typed["typed_due_on"])
    except TitleRefused as error:
        return _again(request, title_error=str(error), **typed)
    except ValueError:
        return _again(request, due_on_error="Expected a date.", **typed)
    changes.add_todo(_actor(request), title=title, due_on=due_on, at=timezone.now())
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


def _read_date(typed: str) -> date | None:
    return date.fromisoformat(typed) if typed else None


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was filtered."""
    source = request.POST.get("source", "")
    query = f"?source={source}" if source and source in SOURCES else ""
    return redirect(reverse("todos") + query)


def _again(request: HttpRequest, **problem: str) -> HttpResponse:
    return render(request, "todos.html", context_of(request, **problem), status=400)

"""The todo list page, and its rows alone for the script that keeps an open page fresh.

In the flow this is where an audience sees an agent's todo appear, marked with who made it for whom.

Deliberately does not: need the script. Without it the page is fresh after every click.
"""

from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todo0.todos.changes import Actor, todos_of
from todo0.todos.models import TITLE_LENGTH, TodoChange

SOURCES: Final = {"": "All", "you": "Made by you", "apps": "Made by apps"}
SHOWN: Final = 200


@require_safe
@login_required
@never_cache
def todos(request: HttpRequest) -> HttpResponse:
    return render(request, "todos.html", context_of(request))


@require_safe
@never_cache
def rows(request: HttpRequest) -> HttpResponse:
    """The rows as HTML, or 304 when nothing has happened since the page last asked."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    version = f'"{_latest_change(request)}"'
    if request.headers.get("If-None-Match") == version:
        return HttpResponseNotModified()
    response = render(request, "todo_rows.html", context_of(request))
    response["ETag"] = version
    return response


def context_of(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """Reads how fresh the list is before the list, so that a change in between is asked for and not missed."""
    latest_change = _latest_change(request)
    source = request.GET.get("source", "")
    source = source if source in SOURCES else ""
    listed = todos_of(Actor(user=request.user)).order_by("-pk")
    if source:
        listed = listed.filter(created_via_name="") if source == "you" else listed.exclude(created_via_name="")
    return {
        "here": "todos",
        "todos": list(listed[:SHOWN]),
        "source": source,
        "sources": SOURCES.items(),
        "title_length": TITLE_LENGTH,
        "latest_change": latest_change,
        **more,
    }


def _latest_change(request: HttpRequest) -> int:
    return TodoChange.objects.filter(actor=request.user).aggregate(latest=Max("pk"))["latest"] or 0

"""One todo's history: every change, by whom, through which app, on whose word, with which access token.

Deliberately does not: show a token. A fingerprint is enough to recognise it on another screen.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todo0.todos.writing import load_todo


@require_safe
@login_required
@never_cache
def history(request: HttpRequest, todo_id: int) -> HttpResponse:
    todo = load_todo(request, todo_id)
    return render(request, "todo_history.html", {"todo": todo, "changes": todo.changes.all()})

"""The page of one API: its terms, whether it is in use, its history.

Deliberately does not: delete one. Tokens, logs and other companies' IdPs name it.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from stage.kit.changes import NotUndoable
from todo0.console.changes import save_change, tell_history, version_in
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom, restore_change, save_form
from todo0.federation.models import Connection
from todo0.federation.tenant import load_tenant
from todo0.resources.apis import API
from todo0.resources.forms import ApiForm
from todo0.resources.models import Api


@require_http_methods(["GET", "POST"])
@staff_only
def api(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the terms, or save them. What was typed is shown again whenever it was not saved."""
    found = get_object_or_404(Api, pk=pk)
    if request.method == "GET":
        return show(request, found)
    form = ApiForm(found, 0, request.POST)
    if refused := save_form(request, API, pk, form):
        return show(request, get_object_or_404(Api, pk=pk), form, **refused)
    messages.success(request, "Saved. The terms count from the next request on.")
    return back_to(pk)


@require_POST
@staff_only
def switch_api(request: HttpRequest, pk: int) -> HttpResponse:
    found, on = get_object_or_404(Api, pk=pk), request.POST.get("to") == "on"
    try:
        save_change(API, pk, {"active": on}, version=None, by=by_whom(request))
    except NotUndoable as error:
        messages.error(request, f"Not retired. {error}")
        return back_to(pk)
    off = f"{found.title} is retired: no token names it any more, and those that did have ended."
    messages.success(request, f"{found.title} is in use, from the next request." if on else off)
    return back_to(pk)


@require_POST
@staff_only
def undo_api(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    restore_change(request, API, pk, change)
    return back_to(pk)


def back_to(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin-api", args=[pk]), status=303)


def show(
    request: HttpRequest, found: Api, form: ApiForm | None = None, *, status: int = 200, missed: Any = None
) -> HttpResponse:
    history = tell_history(API, found.pk, lambda change: reverse("admin-api-undo", args=[found.pk, change.pk]))
    context = {
        "here": "apis",
        "api": found,
        "form": form or ApiForm(found, version_in(history)),
        "missed": missed,
        "is_default": load_tenant().default_audience == found.identifier,
        "open_to": Connection.objects.filter(apis=found).order_by("name"),
        "version": version_in(history),
        "history": history,
    }
    return render(request, "admin/api.html", context, status=status)

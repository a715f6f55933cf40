"""The page of one client: its switch, its terms, its secret, its history.

Deliberately does not: undo the change of a secret. The former one may have been copied; what ended stays ended.
"""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from stage.kit.changes import StaleVersion
from todo0.authserver.client_forms import ClientTermsForm, RotateForm
from todo0.authserver.client_secrets import end_former, find_retiring, rotate_secret
from todo0.authserver.clients import CLIENT, describe
from todo0.console.changes import change_row, save_change, tell_history, version_in
from todo0.console.gate import staff_only
from todo0.console.saving import STALE, by_whom, restore_change, save_form
from xaa.jwt_bearer.client_documents import has_document
from xaa.jwt_bearer.models import CrossAppClient

ONLY_TOLD: Final = frozenset({"secret", "former_secret"})


@require_http_methods(["GET", "POST"])
@staff_only
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the terms, or save them. What was typed is shown again whenever it was not saved."""
    found = load(pk)
    if request.method == "GET":
        return show(request, found)
    form = ClientTermsForm(found, 0, request.POST)
    if refused := save_form(request, CLIENT, pk, form):
        return show(request, load(pk), form, **refused)
    messages.success(request, "Saved. The terms count from the next request on.")
    return back_to(pk)


@require_POST
@staff_only
def switch_client(request: HttpRequest, pk: int) -> HttpResponse:
    found, on = load(pk), request.POST.get("to") == "on"
    save_change(CLIENT, pk, {"enabled": on}, version=None, by=by_whom(request))
    name = found.application.name
    off = f"{name} may not use Cross App Access any more. The access tokens that it got by it have ended."
    messages.success(request, f"{name} may use Cross App Access, from the next request." if on else off)
    return back_to(pk)


@require_POST
@staff_only
@sensitive_variables("secret")
def rotate_client_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, on the one page that ever shows it. Sent twice, the second finds another version."""
    found, form, by = load(pk), RotateForm(request.POST), by_whom(request)
    if not form.is_valid() or has_document(found.application):
        messages.error(request, "Not changed: choose how long the present secret goes on working.")
        return back_to(pk)
    try:
        with transaction.atomic(), change_row(CLIENT, pk, version=form.cleaned_data["version"], by=by) as row:
            secret = rotate_secret(row.application, overlap=form.cleaned_data["overlap"], at=by.at)
    except StaleVersion:
        messages.error(request, f"Not changed, and no secret was made. {STALE}")
        return back_to(pk)
    context = {"here": "clients", "client": found, "secret": secret, "retiring": find_retiring(found.application)}
    return render(request, "admin/secret.html", context)


@require_POST
@staff_only
def end_former_secret(request: HttpRequest, pk: int) -> HttpResponse:
    found, by = load(pk), by_whom(request)
    with transaction.atomic(), change_row(CLIENT, found.pk, version=None, by=by) as row:
        end_former(row.application, at=by.at)
    messages.success(request, "The former secret works no more.")
    return back_to(pk)


@require_POST
@staff_only
def undo_client(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    restore_change(request, CLIENT, pk, change)
    return back_to(pk)


def load(pk: int) -> CrossAppClient:
    return get_object_or_404(CrossAppClient.objects.select_related("application__organization_requirement"), pk=pk)


def back_to(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin-client", args=[pk]), status=303)


def show(
    request: HttpRequest,
    found: CrossAppClient,
    form: ClientTermsForm | None = None,
    *,
    status: int = 200,
    missed: Any = None,
) -> HttpResponse:
    history = tell_history(
        CLIENT,
        found.pk,
        lambda change: reverse("admin-client-undo", args=[found.pk, change.pk]),
        told_only=ONLY_TOLD,
    )
    version = version_in(history)
    context = {
        "here": "clients",
        "client": found,
        "told": describe(found),
        "has_document": has_document(found.application),
        "retiring": find_retiring(found.application),
        "form": form or ClientTermsForm(found, version),
        "rotate": RotateForm(initial={"version": version}),
        "missed": missed,
        "version": version,
        "history": history,
    }
    return render(request, "admin/client.html", context, status=status)

"""The page of one enterprise connection: its two switches, its terms, our client secret at its IdP, its history.

Deliberately does not: show a secret, or bring back a former one. Its IdP says which one works.
"""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from stage.kit.changes import NotUndoable, StaleVersion
from todo0.console.changes import save_change, tell_history, version_in
from todo0.console.gate import staff_only
from todo0.console.saving import STALE, by_whom, restore_change, save_form
from todo0.federation.forms import SecretForm, TermsForm
from todo0.federation.models import Connection
from todo0.federation.tenant import load_tenant
from todo0.federation.terms import CONNECTION, ONLY_TOLD, change_secret
from todo0.presets.rules import PRESETS
from todo0.presets.told import tell_presets

SWITCHES: Final = {
    ("active", True): "{name} is on: its people may sign in.",
    (
        "active",
        False,
    ): "{name} is off. Nobody signs in by it any more; its sign-ins and all access tokens that stand on "
    "its word have ended.",
    ("xaa_enabled", True): "Cross App Access is on: apps may act for {name}'s people, from the next request.",
    (
        "xaa_enabled",
        False,
    ): "Cross App Access is off: no app acts for {name}'s people. The access tokens that stand on "
    "its word have ended.",
}


@require_http_methods(["GET", "POST"])
@staff_only
def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the terms, or save them. What was typed is shown again whenever it was not saved."""
    found = get_object_or_404(Connection, pk=pk)
    if request.method == "GET":
        return show(request, found)
    form = TermsForm(found, 0, request.POST)
    if refused := save_form(request, CONNECTION, pk, form, blamed="domains"):
        return show(request, get_object_or_404(Connection, pk=pk), form, **refused)
    messages.success(request, "Saved. The terms count from the next request on.")
    return HttpResponseRedirect(address_of(pk), status=303)


def fill_in(form: TermsForm, preset: str) -> TermsForm:
    """The form with a preset's fields in it. Nothing is saved: she looks, changes what she likes, and saves."""
    if preset in PRESETS:
        form.initial = {**form.initial, **PRESETS[preset].connection}
    return form


@require_POST
@staff_only
def switch_connection(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One click: ``to`` names the state wanted, so a doubled click does not undo itself. It needs no version."""
    found, on = get_object_or_404(Connection, pk=pk), request.POST.get("to") == "on"
    try:
        save_change(CONNECTION, pk, {name: on}, version=None, by=by_whom(request))
        messages.success(request, SWITCHES[name, on].format(name=found.name))
    except NotUndoable as error:
        messages.error(request, f"Not turned off. {error}")
    return HttpResponseRedirect(address_of(pk), status=303)


@sensitive_post_parameters("client_secret")
@require_POST
@staff_only
def change_client_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """It goes in, and no page shows it. Only a sign-in tells whether it is right, and the page says so."""
    get_object_or_404(Connection, pk=pk)
    form, by = SecretForm(request.POST), by_whom(request)
    if not form.is_valid():
        messages.error(request, "Not changed: expected a secret of 500 characters at most.")
        return HttpResponseRedirect(address_of(pk), status=303)
    try:
        change_secret(pk, form.cleaned_data["client_secret"], version=form.cleaned_data["version"], by=by)
        messages.success(request, "The secret is changed, from the next sign-in. Try one now, before you leave.")
    except StaleVersion:
        messages.error(request, f"Not changed: enter the secret again. {STALE}")
    return HttpResponseRedirect(address_of(pk), status=303)


@require_POST
@staff_only
def undo_connection(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    restore_change(request, CONNECTION, pk, change)
    return HttpResponseRedirect(address_of(pk), status=303)


def address_of(pk: int) -> str:
    return reverse("admin-connection", args=[pk])


def show(
    request: HttpRequest,
    found: Connection,
    form: TermsForm | None = None,
    *,
    status: int = 200,
    missed: Any = None,
) -> HttpResponse:
    preset = request.GET.get("preset", "")
    history = tell_history(
        CONNECTION,
        found.pk,
        lambda change: reverse("admin-connection-undo", args=[found.pk, change.pk]),
        told_only=ONLY_TOLD,
    )
    context = {
        "here": "connections",
        "connection": found,
        "form": form or fill_in(TermsForm(found, version_in(history)), preset),
        "secret": SecretForm(initial={"version": version_in(history)}),
        "missed": missed,
        "is_staffs_own": found.slug == settings.STAFF_CONNECTION,
        "version": version_in(history),
        "history": history,
        **tell_presets(tenant=load_tenant(), connection=found, preset=preset),
    }
    return render(request, "admin/connection.html", context, status=status)

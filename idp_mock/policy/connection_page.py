"""The page of one connection: its switch, its terms, its history."""

from copy import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from idp_mock import clock
from idp_mock.console.changes import By
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.console.saving import bring_back, save_form, tell_history
from idp_mock.directory.models import App
from idp_mock.policy.change import CONNECTION, let_read_only, make_connection, switch
from idp_mock.policy.effect import Effect, Reach, foresee, reach_of
from idp_mock.policy.matrix import describe
from idp_mock.policy.models import Change, CrossAppConnection, ResourceApp
from idp_mock.policy.terms_form import TermsForm

NOTHING = Reach(frozenset(), ())
SWITCHED_ON = "{pair} is on. From the next request, {requesting} may act there for the groups in its terms."
READING_ONLY = "{pair} is on, for reading only: {requesting} may read there, for the groups in its terms."
SWITCHED_OFF = (
    "{pair} is off. From the next request, {requesting} gets no ID-JAG for {resource}. An access token that "
    "{resource} has already issued still works until it expires."
)


@require_http_methods(["GET", "POST"])
@admins_only
def connection(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Show the terms, or save them. What was typed is shown again whenever it was not saved."""
    found = load_connection(visitor, pk)
    if request.method == "GET":
        return show(request, visitor, found, TermsForm(found))
    form = TermsForm(found, request.POST)
    if refused := save_form(visitor, CONNECTION, found, form):
        return show(request, visitor, load_connection(visitor, pk), form, **refused)
    effect = foresee_terms(found, form)  # ``found`` is as it was read, before the change
    messages.success(request, f"Saved. {found} has these terms from the next request on. {effect.summary}.")
    return HttpResponseRedirect(address_of(found), status=303)


@require_POST
@admins_only
def preview_terms(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Who would gain and who lose by the terms typed. Nothing is saved; they stand in the form, ready to be."""
    found = load_connection(visitor, pk)
    form = TermsForm(found, request.POST)
    if not form.is_valid():
        return show(request, visitor, found, form, status=400)
    return show(request, visitor, found, form, effect=foresee_terms(found, form))


@require_POST
@admins_only
def restore_terms(request: HttpRequest, visitor: Visitor, pk: int, change: int) -> HttpResponse:
    """Bring back what was before one change of the history, over the version that the admin looked at."""
    found = load_connection(visitor, pk)
    wanted = get_object_or_404(Change, connection=found, pk=change)
    done = f"Restored: {found} has its terms from before version {wanted.version}."
    bring_back(request, visitor, CONNECTION, found, wanted, done=done)
    return HttpResponseRedirect(address_of(found), status=303)


def foresee_terms(found: CrossAppConnection, form: TermsForm) -> Effect:
    """What the valid ``form`` would do to people, were it saved."""
    terms = form.terms()
    proposed = copy(found)
    for name in terms.keys() - {"groups"}:
        setattr(proposed, name, terms[name])
    return foresee(found, reach_of(found, found.groups.all()), reach_of(proposed, terms["groups"]))


@require_POST
@admins_only
def switch_connection(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """One click: ``to`` names the state wanted, so that a doubled click does not undo itself."""
    found, on = load_connection(visitor, pk), request.POST.get("to") == "on"
    switch(found, on=on, by=By(visitor.person, clock.now()))
    said = (SWITCHED_ON if on else SWITCHED_OFF).format(
        pair=found, requesting=found.requesting_app.name, resource=found.resource_app.app.name
    )
    messages.success(request, said)
    return HttpResponseRedirect(back_of(request, found), status=303)


@require_POST
@admins_only
def leave_reading(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """One click: on, and nothing but reading. For whom stays as it is."""
    found = load_connection(visitor, pk)
    let_read_only(found, by=By(visitor.person, clock.now()))
    messages.success(request, READING_ONLY.format(pair=found, requesting=found.requesting_app.name))
    return HttpResponseRedirect(back_of(request, found), status=303)


@require_POST
@admins_only
def connect(request: HttpRequest, visitor: Visitor, app: int, resource_app: int) -> HttpResponse:
    """An empty cell of the matrix becomes a connection that is off, for nobody, with no scope, to be filled in."""
    requesting_app = get_object_or_404(App, enterprise=visitor.enterprise, pk=app, is_requesting_app=True)
    target = get_object_or_404(
        ResourceApp.objects.exclude(app=app), enterprise=visitor.enterprise, pk=resource_app
    )
    found = make_connection(requesting_app, target, by=By(visitor.person, clock.now()))
    return HttpResponseRedirect(address_of(found), status=303)


def load_connection(visitor: Visitor, pk: int) -> CrossAppConnection:
    """A connection of the admin's own enterprise; another's does not exist for her."""
    rows = CrossAppConnection.objects.select_related(
        "enterprise", "requesting_app", "resource_app__app", "updated_by"
    ).prefetch_related("groups")
    return get_object_or_404(rows, enterprise=visitor.enterprise, pk=pk)


def address_of(connection: CrossAppConnection) -> str:
    return reverse("policy_connection", args=[connection.enterprise.slug, connection.pk])


def back_of(request: HttpRequest, connection: CrossAppConnection) -> str:
    """The cell of the matrix or the page, so that whoever came from there finds herself where she was."""
    if request.POST.get("back") != "matrix":
        return address_of(connection)
    return f"{reverse('policy_matrix', args=[connection.enterprise.slug])}#cell-{connection.pk}"


def show(
    request: HttpRequest,
    visitor: Visitor,
    found: CrossAppConnection,
    form: TermsForm,
    *,
    status: int = 200,
    missed: list[dict[str, object]] | None = None,
    effect: Effect | None = None,
) -> HttpResponse:
    return visitor.show(
        request,
        "admin/connection.html",
        here="policy",
        status=status,
        connection=found,
        terms=describe(found),
        form=form,
        missed=missed,
        effect=effect,
        today=foresee(found, NOTHING, reach_of(found, found.groups.all())).gains,
        history=tell_history(CONNECTION, found, lambda change: address_of_undo(found, change)),
    )


def address_of_undo(found: CrossAppConnection, change: Change) -> str:
    return reverse("policy_restore", args=[found.enterprise.slug, found.pk, change.pk])

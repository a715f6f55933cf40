"""A resource app's tab *Resource server*: its issuer, APIs and scopes, and what it calls us, with their history.

In the flow it is where the admin enters what the resource app told her: where its authorization server is, what
there is to act on, which customer of it we are, and by which SAML name it knows our people. All of it counts from
the next exchange on.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.console.saving import bring_back, save_form, tell_history
from idp_mock.directory import apps_page
from idp_mock.directory.apps_page import role_of, tabs_of
from idp_mock.policy.models import ResourceApp, ResourceAppChange
from idp_mock.policy.resource_server import RESOURCE_SERVER
from idp_mock.policy.resource_server_form import ResourceServerForm

SAVED = "Saved. From the next request on, ID-JAGs for {name} say so."
MOVED = (
    "Saved. From the next request on, {issuer} is the audience of ID-JAGs for {name}. Its connections are off: "
    "another server may know the apps by other client ids. Look at each of them, then switch it on."
)
RESTORED = (
    "Restored: {name} is as it was before version {version}. "
    "If that gave it another issuer URL, its connections are off."
)


@require_http_methods(["GET", "POST"])
@admins_only
def resource_server(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Show the fields, or save them. What was typed is shown again whenever it was not saved."""
    found = load_resource_app(visitor, pk)
    if request.method == "GET":
        return show(request, visitor, found, ResourceServerForm(found))
    form = ResourceServerForm(found, request.POST)
    if refused := save_form(visitor, RESOURCE_SERVER, found, form):
        return show(request, visitor, load_resource_app(visitor, pk), form, **refused)
    issuer = form.cleaned_data["issuer"]
    said = SAVED if issuer == found.issuer else MOVED
    messages.success(request, said.format(name=found.app.name, issuer=issuer))
    return HttpResponseRedirect(address_of(found), status=303)


@require_POST
@admins_only
def restore_resource_server(request: HttpRequest, visitor: Visitor, pk: int, change: int) -> HttpResponse:
    """Bring back what was before one change of the history, over the version that the admin looked at."""
    found = load_resource_app(visitor, pk)
    wanted = get_object_or_404(ResourceAppChange, resource_app=found, pk=change)
    done = RESTORED.format(name=found.app.name, version=wanted.version)
    bring_back(request, visitor, RESOURCE_SERVER, found, wanted, done=done)
    return HttpResponseRedirect(address_of(found), status=303)


def load_resource_app(visitor: Visitor, pk: int) -> ResourceApp:
    """By its app; another enterprise's does not exist, nor does an app that nobody can act at."""
    rows = ResourceApp.objects.select_related("enterprise", "app__enterprise")
    return get_object_or_404(rows, enterprise=visitor.enterprise, app=pk)


def address_of(found: ResourceApp) -> str:
    return reverse("resource_server", args=[found.enterprise.slug, found.app_id])


def show(
    request: HttpRequest,
    visitor: Visitor,
    found: ResourceApp,
    form: ResourceServerForm,
    *,
    status: int = 200,
    missed: list[dict[str, object]] | None = None,
) -> HttpResponse:
    return visitor.show(
        request,
        "admin/resource_server.html",
        here="apps",
        status=status,
        tabs=tabs_of(found.app, apps_page.RESOURCE_SERVER),
        form=form,
        missed=missed,
        history=tell_history(RESOURCE_SERVER, found, lambda change: address_of_undo(found, change)),
        version=found.version,
        **role_of(found.app),
    )


def address_of_undo(found: ResourceApp, change: ResourceAppChange) -> str:
    return reverse("resource_server_restore", args=[found.enterprise.slug, found.app_id, change.pk])

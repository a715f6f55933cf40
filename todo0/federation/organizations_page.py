"""The organizations of a connection, and the form for one more.

Deliberately does not: make a second one where the connection's terms have one alone.
"""

from typing import Final

from django import forms
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from stage.kit.changes import NotUndoable
from todo0.console.changes import By, record_change
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom
from todo0.federation.models import Connection, Organization
from todo0.federation.organizations import ORGANIZATION, describe

ONE: Final = "One connection, one organization: its terms say so, and may say otherwise."
JOINED: Final = "Another organization is joined by signing in, and one alone is."


class OrganizationForm(forms.Form):
    name = forms.CharField(max_length=100)
    joins_on_sign_in = forms.BooleanField(required=False)


@require_http_methods(["GET", "POST"])
@staff_only
def organizations(request: HttpRequest, pk: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=pk)
    if request.method == "GET":
        return show(request, connection)
    form = OrganizationForm(request.POST)
    if not form.is_valid():
        return show(request, connection, form, status=400)
    try:
        by, joins = by_whom(request), form.cleaned_data["joins_on_sign_in"]
        made = make_organization(connection, form.cleaned_data["name"], joins=joins, by=by)
    except NotUndoable as error:
        form.add_error("name", str(error))
        return show(request, connection, form, status=409)
    return HttpResponseRedirect(reverse("admin-organization", args=[pk, made.pk]), status=303)


@transaction.atomic
def make_organization(connection: Connection, name: str, *, joins: bool, by: By) -> Organization:
    """Of two who make one at once, the second waits, and finds what the first has made."""
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    others = locked.organizations.all()
    if not locked.several_organizations and others:
        raise NotUndoable(ONE)
    if joins and any(other.joins_on_sign_in for other in others):
        raise NotUndoable(JOINED)
    made = Organization.objects.create(connection=locked, name=name, joins_on_sign_in=joins)
    record_change(ORGANIZATION, made, before={}, after=describe(made), version=1, by=by)
    return made


def show(
    request: HttpRequest, connection: Connection, form: OrganizationForm | None = None, *, status: int = 200
) -> HttpResponse:
    rows = list(connection.organizations.annotate(people=Count("memberships")).order_by("pk"))
    initial = {"name": "" if rows else connection.name, "joins_on_sign_in": not rows}
    context = {
        "here": "connections",
        "connection": connection,
        "organizations": rows,
        "may_have_more": connection.several_organizations or not rows,
        "form": form or OrganizationForm(initial=initial),
    }
    return render(request, "admin/organizations.html", context, status=status)

"""The page of a connection's organization: made here if there is none yet, its terms, its members.

Deliberately does not: give a connection a second organization, or an organization a second connection.
"""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from stage.kit.changes import StaleVersion
from todo0.authserver.dot import AccessToken
from todo0.console.changes import By, change_row, changes_of, record_change, save_change, tell, version_of
from todo0.console.gate import staff_only
from todo0.federation.models import Connection, Membership, Organization
from todo0.federation.organizations import ORGANIZATION, describe

SHOWN = 100


class OrganizationForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=100)
    joins_on_sign_in = forms.BooleanField(required=False)


@require_http_methods(["GET", "POST"])
@staff_only
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=pk)
    found = Organization.objects.filter(connection=connection).first()
    if request.method == "GET":
        return show(request, connection, found)
    form = OrganizationForm(request.POST)
    if not form.is_valid():
        return show(request, connection, found, form, status=400)
    terms = {name: form.cleaned_data[name] for name in ("name", "joins_on_sign_in")}
    by = By(timezone.now(), request.user)
    try:
        if found:
            save_change(ORGANIZATION, found.pk, terms, version=form.cleaned_data["version"], by=by)
        else:
            make_organization(connection, terms["name"], joins=terms["joins_on_sign_in"], by=by)
    except StaleVersion:
        messages.error(request, "Not saved: somebody changed it since. The newest change is on top.")
        return back_to(pk)
    messages.success(request, "Saved. It counts from the next request on.")
    return back_to(pk)


@transaction.atomic
def make_organization(connection: Connection, name: str, *, joins: bool, by: By) -> None:
    """Of two who make it at once, the second finds it made."""
    defaults = {"name": name, "joins_on_sign_in": joins}
    made, is_new = Organization.objects.get_or_create(connection=connection, defaults=defaults)
    if not is_new:
        raise StaleVersion
    record_change(ORGANIZATION, made, before={}, after=describe(made), version=1, by=by)


@require_POST
@staff_only
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the organization, and what apps hold for her by its IdP ends. Her account stays."""
    user = request.POST.get("user", "")
    found = get_object_or_404(Organization, connection=pk)
    member = get_object_or_404(Membership, organization=found, user=int(user) if user.isdecimal() else 0)
    with change_row(ORGANIZATION, found.pk, version=None, by=By(timezone.now(), request.user)):
        issuer = found.connection.issuer
        AccessToken.objects.filter(user=member.user_id, origin__issuer=issuer).delete()
        member.delete()
    messages.success(request, "Removed. The access tokens that apps held for that person have ended.")
    return back_to(pk)


def back_to(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin-organization", args=[pk]), status=303)


def show(
    request: HttpRequest,
    connection: Connection,
    found: Organization | None,
    form: OrganizationForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    version = version_of(ORGANIZATION, found.pk) if found else 0
    now = describe(found) if found else {"name": connection.name, "joins_on_sign_in": True}
    context = {
        "here": "connections",
        "connection": connection,
        "organization": found,
        "form": form or OrganizationForm(initial={"version": version, **now}),
        "members": found.memberships.select_related("user").order_by("pk")[:SHOWN] if found else [],
        "history": tell(ORGANIZATION, changes_of(ORGANIZATION, found.pk)[:20]) if found else [],
    }
    return render(request, "admin/organization.html", context, status=status)

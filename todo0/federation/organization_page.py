"""The page of one organization: its terms, its members, its history.

Deliberately does not: move it to another connection, or delete it. Access tokens and logs name it.
"""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from todo0.authserver.dot import AccessToken
from todo0.console.changes import Terms, change_row, tell_history, version_in
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom, restore_change, save_form
from todo0.federation.models import Membership, Organization
from todo0.federation.organizations import ORGANIZATION, describe

SHOWN: Final = 100


class TermsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=100)
    joins_on_sign_in = forms.BooleanField(required=False)

    def terms(self) -> Terms:
        return {name: self.cleaned_data[name] for name in ("name", "joins_on_sign_in")}


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Somebody who signed in by the connection",
        empty_label="Choose a person",
    )

    def __init__(self, found: Organization, data: Any = None) -> None:
        super().__init__(data)
        offered = find_others(found).order_by("first_name", "last_name", "pk")
        self.fields["user"].queryset = offered
        self.fields["user"].label_from_instance = lambda user: f"{user.get_full_name()}, {user.email}"


@require_http_methods(["GET", "POST"])
@staff_only
def organization(request: HttpRequest, pk: int, organization: int) -> HttpResponse:
    """Show the terms, or save them. What was typed is shown again whenever it was not saved."""
    found = load(pk, organization)
    if request.method == "GET":
        return show(request, found)
    form = TermsForm(request.POST)
    if refused := save_form(request, ORGANIZATION, found.pk, form, blamed="joins_on_sign_in"):
        return show(request, load(pk, organization), form, **refused)
    messages.success(request, "Saved. It counts from the next request on.")
    return back_to(found)


@require_POST
@staff_only
def add_member(request: HttpRequest, pk: int, organization: int) -> HttpResponse:
    found = load(pk, organization)
    form = MemberForm(found, request.POST)
    if not form.is_valid():
        return show(request, found, member=form, status=400)
    with change_row(ORGANIZATION, found.pk, version=None, by=by_whom(request)):
        Membership.objects.get_or_create(organization=found, user=form.cleaned_data["user"])
    messages.success(request, f"{form.cleaned_data['user'].get_full_name()} is a member, from the next request.")
    return back_to(found)


@require_POST
@staff_only
def remove_member(request: HttpRequest, pk: int, organization: int) -> HttpResponse:
    """Out of the organization, and what apps hold for her by its IdP ends. Her account stays."""
    user, found = request.POST.get("user", ""), load(pk, organization)
    is_number = user.isdecimal() and len(user) < 18
    member = get_object_or_404(Membership, organization=found, user=int(user) if is_number else 0)
    with change_row(ORGANIZATION, found.pk, version=None, by=by_whom(request)):
        issuer = found.connection.issuer
        AccessToken.objects.filter(user=member.user_id, origin__issuer=issuer).delete()
        member.delete()
    messages.success(request, "Removed. The access tokens that apps held for that person have ended.")
    return back_to(found)


@require_POST
@staff_only
def undo_organization(request: HttpRequest, pk: int, organization: int, change: int) -> HttpResponse:
    """Bring back what its terms were before one change. Members stay: who left may have left for a reason."""
    found = load(pk, organization)
    restore_change(request, ORGANIZATION, found.pk, change)
    return back_to(found)


def load(pk: int, organization: int) -> Organization:
    """Of this connection, or there is none."""
    rows = Organization.objects.select_related("connection")
    return get_object_or_404(rows, connection=pk, pk=organization)


def find_others(found: Organization) -> QuerySet[User]:
    """Who came by the connection and is no member."""
    came = User.objects.filter(federated_identities__issuer=found.connection.issuer)
    return came.exclude(memberships__organization=found).distinct()


def back_to(found: Organization) -> HttpResponseRedirect:
    address = reverse("admin-organization", args=[found.connection_id, found.pk])
    return HttpResponseRedirect(address, status=303)


def show(
    request: HttpRequest,
    found: Organization,
    form: TermsForm | None = None,
    *,
    member: MemberForm | None = None,
    status: int = 200,
    missed: Any = None,
) -> HttpResponse:
    here = [found.connection_id, found.pk]
    history = tell_history(
        ORGANIZATION,
        found.pk,
        lambda change: reverse("admin-organization-undo", args=[*here, change.pk]),
        told_only=("members",),
    )
    context = {
        "here": "connections",
        "connection": found.connection,
        "organization": found,
        "form": form or TermsForm(initial={"version": version_in(history), **describe(found)}),
        "member": member or MemberForm(found),
        "members": found.memberships.select_related("user").order_by("pk")[:SHOWN],
        "missed": missed,
        "version": version_in(history),
        "history": history,
    }
    return render(request, "admin/organization.html", context, status=status)

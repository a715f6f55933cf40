"""The page of one person: suspend and reinstate her, move her between groups, undo the last change.

In the flow everything here counts from the next exchange on. A suspension also ends her sessions and tells the
apps; what came of that is in the system log.
"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from idp_mock import clock
from idp_mock.console.dashboard import load_acting_apps
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.console.saving import bring_back, save_form, tell_history
from idp_mock.directory.models import Group, Person, PersonChange
from idp_mock.directory.person_change import PERSON, OneselfSuspended
from idp_mock.policy.residue import load_residues_of
from idp_mock.signin.session_end import end_all_of, reactivate, suspend

SUSPENDED = (
    "{name} is suspended: signed out here, and no app gets an ID-JAG for this person from the next request on. "
    "What was issued before is told of below."
)
REINSTATED = "{name} is active again, and has to sign in again: no session came back."


ASKED = 12
"""Connections for which a person's page offers to ask what if; the matrix has them all."""


class GroupsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, person: Person, data: object = None) -> None:
        initial = {"version": person.version, "groups": [group.pk for group in person.groups.all()]}
        super().__init__(data, initial=initial)
        self.fields["groups"].queryset = Group.objects.filter(enterprise=person.enterprise_id).order_by("name")

    def terms(self) -> dict[str, object]:
        return {"groups": self.cleaned_data["groups"]}


@require_http_methods(["GET", "POST"])
@admins_only
def person(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Show the person, or save her groups. What was ticked is shown again whenever it was not saved."""
    found = load_person(visitor, pk)
    if request.method == "GET":
        return show(request, visitor, found, GroupsForm(found))
    form = GroupsForm(found, request.POST)
    if refused := save_form(visitor, PERSON, found, form):
        return show(request, visitor, load_person(visitor, pk), form, **refused)
    messages.success(request, f"Saved. {found.name}'s groups count from the next request on.")
    return HttpResponseRedirect(address_of(found), status=303)


@require_POST
@admins_only
def set_status(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """One click: ``to`` names the status wanted and no version, since a suspension must work whoever edits."""
    found, now = load_person(visitor, pk), clock.now()
    try:
        if request.POST.get("to") == Person.Status.SUSPENDED:
            suspend(found, now=now, by=visitor.person)
            messages.success(request, SUSPENDED.format(name=found.name))
        elif request.POST.get("to") == Person.Status.ACTIVE:
            reactivate(found, now=now, by=visitor.person)
            messages.success(request, REINSTATED.format(name=found.name))
    except OneselfSuspended as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(address_of(found), status=303)


@require_POST
@admins_only
def undo_change(request: HttpRequest, visitor: Visitor, pk: int, change: int) -> HttpResponse:
    """Bring back what was before her newest change; when there is a newer one by now, say so and do nothing."""
    found = load_person(visitor, pk)
    wanted = get_object_or_404(PersonChange, person=found, pk=change)
    done = f"Undone: {found.name} is as before that change."
    went_well = bring_back(
        request, visitor, PERSON, found, wanted, done=done, version=wanted.version, word="undone"
    )
    if went_well and wanted.before["status"] == Person.Status.SUSPENDED:
        end_all_of(found, now=clock.now())
    return HttpResponseRedirect(address_of(found), status=303)


def load_person(visitor: Visitor, pk: int) -> Person:
    """A person of the admin's own enterprise; another's does not exist for her."""
    return get_object_or_404(Person.objects.select_related("enterprise"), enterprise=visitor.enterprise, pk=pk)


def address_of(person: Person) -> str:
    return reverse("person", args=[person.enterprise.slug, person.pk])


def show(
    request: HttpRequest,
    visitor: Visitor,
    found: Person,
    form: GroupsForm,
    *,
    status: int = 200,
    missed: list[dict[str, object]] | None = None,
) -> HttpResponse:
    return visitor.show(
        request,
        "admin/person.html",
        here="people",
        status=status,
        found=found,
        form=form,
        missed=missed,
        sessions=found.sessions.filter(ended_at=None).order_by("-auth_time")[:10],
        acting=load_acting_apps(found) if found.is_active else [],
        residues=load_residues_of(found, now=clock.now()),
        connections=visitor.enterprise.connections.select_related("requesting_app", "resource_app__app").order_by(
            "requesting_app__name", "resource_app__app__name"
        )[:ASKED],
        history=tell_history(PERSON, found, lambda change: address_of_undo(found, change)),
    )


def address_of_undo(found: Person, change: PersonChange) -> str | None:
    """Of her newest change; none of the others, which are not taken back."""
    here = [found.enterprise.slug, found.pk, change.pk]
    return reverse("person_undo", args=here) if change.version == found.version else None

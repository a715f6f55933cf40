"""The console's pages of invitations: whom Todo0 has asked to set up a connection of her own, and how far she is.

In the flow Todo0's staff says the name, and which e-mail domains may be claimed; all else is the enterprise's
admin's to enter and to prove. The link is on one page, once.

Deliberately does not: change anything that was entered. Todo0's staff withdraws, or begins anew.
"""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from stage.kit import addresses
from stage.kit.changes import words
from todo0.console.changes import changes_of, tell
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom
from todo0.federation.forms import PLAIN, clean_domains
from todo0.federation.models import Connection
from todo0.presets.rules import PRESETS
from todo0.self_service.conf import LIFETIMES, USUAL_LIFETIME
from todo0.self_service.invitations import (
    INVITATION,
    LABELS,
    SetupOver,
    State,
    describe,
    find_drafts,
    make_invitation,
    renew_link,
    revoke,
    wipe_what_ran_out,
)
from todo0.self_service.models import ClaimedDomain, Invitation

SHOWN: Final = 100
FINISHED: Final = "That invitation is used up: it has become a connection, which can be switched off on its page."


class InvitationForm(forms.Form):
    connection = forms.ModelChoiceField(
        queryset=Connection.objects.none(), required=False, empty_label="A new one", label="Connection"
    )
    name = forms.CharField(max_length=100, required=False, label="Name of the enterprise")
    slug = forms.SlugField(
        max_length=50,
        required=False,
        label="Short name",
        help_text="In addresses, for good: lower case, digits and hyphens. A draft has both names already.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    domains = forms.CharField(
        label="E-mail domains",
        help_text="One a line. Those that she may claim; only what she proves leads people to her sign-in.",
        widget=forms.Textarea(attrs={"rows": 2, **PLAIN}),
    )
    preset = forms.ChoiceField(
        required=False, label="Terms", choices=lambda: [("", "The usual"), *((name, name) for name in PRESETS)]
    )
    lifetime = forms.TypedChoiceField(
        coerce=int, choices=list(LIFETIMES.items()), initial=USUAL_LIFETIME, label="The link works for"
    )
    xaa_enabled = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["connection"].queryset = find_drafts()  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if Connection.objects.filter(slug=slug).exists():
            raise ValidationError("A connection has this short name.")
        is_open = {"finished_at": None, "revoked_at": None, "expires_at__gt": timezone.now()}
        if slug and Invitation.objects.filter(slug=slug, **is_open).exists():
            raise ValidationError("Another invitation has this short name. Withdraw it first, or make a new link.")
        return slug

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        draft: Connection | None = typed.get("connection")
        if draft:
            typed |= {"name": draft.name, "slug": draft.slug}
            self.errors.pop("slug", None)
        for name in ("name", "slug"):
            if not typed.get(name) and name not in self.errors:
                self.add_error(name, "A new connection needs one.")
        if "domains" in typed:
            try:
                typed["domains"] = clean_domains(typed["domains"], connection=draft)
            except ValidationError as error:
                self.add_error("domains", error)
        return typed


@require_safe
@staff_only
def invitations(request: HttpRequest) -> HttpResponse:
    draft = request.GET.get("connection", "")
    return show(request, InvitationForm(initial={"connection": draft} if draft.isdecimal() else None))


@require_safe
@staff_only
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and each step with before and after."""
    found = get_object_or_404(list_invitations(), pk=pk)
    told, state = describe(found), found.state_at(timezone.now())
    context = {
        "here": "invitations",
        "invitation": found,
        "state": state,
        "is_open": state is not State.FINISHED,
        "facts": [(LABELS[name], words(told[name])) for name in LABELS if name not in ("name", "state", "link")],
        "history": tell(INVITATION, changes_of(INVITATION, pk)[:SHOWN]),
    }
    return render(request, "admin/invitation.html", context)


@require_POST
@staff_only
@sensitive_variables("link")
def invite(request: HttpRequest) -> HttpResponse:
    """The answer is the one page that ever shows the link; only its hash is stored."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return show(request, form, status=400)
    made, link = make_invitation(form.cleaned_data, by=by_whom(request))
    return show_link_once(request, made, link)


@require_POST
@staff_only
@sensitive_variables("link")
def renew_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Invitation, pk=pk)
    try:
        renewed, link = renew_link(pk, by=by_whom(request))
    except SetupOver:
        messages.error(request, FINISHED)
        return HttpResponseRedirect(reverse("admin-invitations"), status=303)
    return show_link_once(request, renewed, link)


@require_POST
@staff_only
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Invitation, pk=pk)
    try:
        revoked = revoke(pk, by=by_whom(request))
        messages.success(request, f"Withdrawn. The link for {revoked.name} opens nothing, nor does its browser.")
    except SetupOver:
        messages.error(request, FINISHED)
    return HttpResponseRedirect(reverse("admin-invitations"), status=303)


def show_link_once(request: HttpRequest, invitation: Invitation, link: str) -> HttpResponse:
    address = addresses.TODO0_URL + reverse("setup-link", args=[link])
    return render(
        request,
        "admin/invitation_link.html",
        {"here": "invitations", "invitation": invitation, "address": address},
    )


def show(request: HttpRequest, form: InvitationForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = [
        {"invitation": each, "state": (state := each.state_at(now)), "is_open": state is not State.FINISHED}
        for each in list_invitations()[:SHOWN]
    ]
    return render(
        request, "admin/invitations.html", {"here": "invitations", "rows": rows, "form": form}, status=status
    )


def list_invitations() -> Any:
    """With their domains, in two statements; one more looks for what has run out."""
    wipe_what_ran_out(timezone.now())
    domains = Prefetch("domains", ClaimedDomain.objects.order_by("domain"))
    return Invitation.objects.select_related("connection", "made_by").prefetch_related(domains)

"""Step 1: the identity provider, found by its issuer or discovery URL and followed step by step.

In the flow this is the discovery that Todo0's own staff has (``todo0.federation.discovery``), through the same
guarded way out. What leads all the way to keys is entered; what does not is explained, with the difference to the
character.

Deliberately does not: say whose an issuer is that is taken, or carry a client registration over to another issuer:
a secret is for the IdP that gave it.
"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from todo0.federation.discovery import Exploration, explore
from todo0.federation.forms import PLAIN
from todo0.federation.models import Connection
from todo0.self_service.calls import TOO_MANY, seconds_until_next_call
from todo0.self_service.invitations import change_setup
from todo0.self_service.models import Invitation
from todo0.self_service.steps import go_on, invited_to, show_step

TAKEN = (
    "This issuer cannot be set up here: it has a connection already. Whoever sent you the link can tell you more."
)


class IssuerForm(forms.Form):
    issuer = forms.CharField(
        max_length=300,
        label="Issuer or discovery URL of your identity provider",
        help_text="As its admin console shows it. Todo0 looks it up and says what it finds.",
        widget=forms.TextInput(attrs={"inputmode": "url", **PLAIN}),
    )


@require_http_methods(["GET", "POST"])
@invited_to("idp")
def idp(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.method == "GET":
        return show_step(request, invitation, "idp", form=IssuerForm(initial={"issuer": invitation.issuer}))
    form, found = IssuerForm(request.POST), None
    if not form.is_valid():
        return show_step(request, invitation, "idp", status=400, form=form)
    if wait := seconds_until_next_call(invitation):
        form.add_error("issuer", TOO_MANY.format(wait))
        return show_step(request, invitation, "idp", status=429, form=form)
    found = explore(form.cleaned_data["issuer"])
    if found.is_usable and is_taken(found.issuer, invitation):
        form.add_error("issuer", TAKEN)
    elif found.is_usable:
        enter_issuer(invitation, found)
        messages.success(request, f"Found {found.issuer}, with keys for {', '.join(found.algorithms)}.")
        return go_on(invitation)
    return show_step(request, invitation, "idp", status=400, form=form, found=found)


def is_taken(issuer: str, invitation: Invitation) -> bool:
    return Connection.objects.filter(issuer=issuer).exclude(pk=invitation.connection_id).exists()


def enter_issuer(invitation: Invitation, found: Exploration) -> None:
    with change_setup(invitation) as row:
        if row.issuer != found.issuer:
            row.client_id = row.client_secret_sealed = ""
        row.issuer, row.algorithms = found.issuer, " ".join(found.algorithms)
    invitation.refresh_from_db()

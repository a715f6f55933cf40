"""Step 2: Todo0 as a client at the enterprise's IdP: what it must look like there, and what the IdP calls it.

In the flow the admin copies three addresses to her IdP, and brings a client id and a secret back. The secret is
sealed as every connection's is (``todo0.at_rest``).

Deliberately does not: show a secret again, or name any client of Todo0's: which app may act is her IdP's to say.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from todo0.federation.forms import PLAIN
from todo0.resources.apis import load_apis, load_scopes
from todo0.self_service.invitations import change_setup
from todo0.self_service.models import Invitation
from todo0.self_service.steps import go_on, invited_to, show_step


class RegistrationForm(forms.Form):
    client_id = forms.CharField(
        max_length=255, label="Client id that your IdP gave Todo0", widget=forms.TextInput(attrs=PLAIN)
    )
    client_secret = forms.CharField(
        max_length=500,
        label="Client secret",
        help_text="Stored sealed, and never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        super().__init__(data, initial={"client_id": invitation.client_id})
        if invitation.is_registered:
            self.fields["client_secret"].required = False
            self.fields["client_secret"].help_text = "There is one. Left empty, it stays; it is never shown again."


@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
@invited_to("registration")
def registration(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = RegistrationForm(invitation, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 200 if request.method == "GET" else 400
        return show_step(request, invitation, "registration", status=status, form=form, **what_todo0_is())
    with change_setup(invitation) as row:
        if row.issuer != invitation.issuer:  # another tab took another IdP meanwhile; this secret is not for it
            return go_on(row)
        row.client_id = form.cleaned_data["client_id"]
        if secret := form.cleaned_data["client_secret"]:
            row.client_secret = secret
    invitation.refresh_from_db()
    messages.success(request, "Stored. The secret is sealed, and no page shows it again.")
    return go_on(invitation)


def what_todo0_is() -> dict[str, Any]:
    """What an IdP has to know of Todo0, as a client and as a place at which apps may act.

    A new connection is open to every API that is in use.
    """
    base = settings.JWT_BEARER_ISSUER
    return {
        "redirect_uri": base + reverse("signin:callback"),
        "signed_out_uri": base + reverse("signin:logged_out"),
        "backchannel_logout_uri": base + reverse("signin:backchannel_logout"),
        "issuer_of_todo0": base,
        "resources": [api.identifier for api in load_apis()],
        "scopes": load_scopes().items(),
    }

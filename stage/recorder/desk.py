"""R-3, the token desk: paste any JWT, see what it says, whose signature it has, and whether Todo0 would take it.

In the flow an integrator has a token of an own program and asks what is wrong with it. Its keys are fetched from
the party that issued it, if the stage knows that issuer; its checks are Todo0's own, run dry.

Deliberately does not: keep, log, repeat or send on what was pasted. It comes in a form, so it stands in no
address; it goes to Todo0's dry run on this machine and nowhere else; and no page shows it again.
"""

import time
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from stage.control.push import ask
from stage.kit import addresses, env
from stage.kit.registrations import REGISTRATIONS
from stage.kit.telemetry.redaction.notes import SIGNATURE
from stage.recorder.checks_view import ChecksView, view_verdicts
from stage.recorder.token_view import view
from stage.recorder.tokens import read_token
from xaa.compact import MAX_TOKEN_BYTES, MalformedToken, peek
from xaa.http import OutgoingHttp
from xaa.jose import JoseError
from xaa.metadata import IssuerDirectory, KeysUnavailable, MetadataError, TrustedIssuer

CLIENTS = [
    (one.client_id, f"{one.owner.capitalize()}, {one.client_id}") for one in REGISTRATIONS if one.place == "todo0"
]
ENTERPRISES = tuple(dict.fromkeys(one.place for one in REGISTRATIONS if one.place != "todo0"))


class DeskForm(forms.Form):
    token = forms.CharField(
        max_length=MAX_TOKEN_BYTES,
        label="Token",
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Expected a token, found nothing."},
    )
    client = forms.ChoiceField(choices=CLIENTS, label="Brought to Todo0 by")

    def clean_token(self) -> str:
        """Without what a mail or a terminal puts around it, and the recorder in the place of its signature."""
        token = "".join(str(self.cleaned_data["token"]).split()).removeprefix("Bearer").removesuffix(SIGNATURE)
        try:
            peek(token)
        except MalformedToken as malformed:
            raise forms.ValidationError(str(malformed)) from malformed
        return token


@dataclass(frozen=True)
class Signature:
    """Whose it is: ``is_good`` is None when nobody could be asked."""

    is_good: bool | None
    words: str


@sensitive_post_parameters("token")
@sensitive_variables("form", "token", "context")
@require_http_methods(["GET", "POST"])
@never_cache
def show_desk(request: HttpRequest) -> HttpResponse:
    form = DeskForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context |= examine(form.cleaned_data["token"], client_id=form.cleaned_data["client"])
    form.data = {name: value for name, value in form.data.items() if name != "token"}
    return render(request, "recorder/desk.html", context, status=400 if request.POST and form.errors else 200)


@sensitive_variables()
def examine(text: str, *, client_id: str) -> dict[str, Any]:
    token = read_token("request.form.token", text)
    if token is None:  # it has three parts, but not those of a JWT
        return {}
    return {
        "view": view(token, now=time.time()),
        "tokens": [],
        "signature": verify(text, issuer=str(token.claims.get("iss", ""))),
        "checks": rehearse(text, client_id=client_id),
    }


@sensitive_variables()
def verify(text: str, *, issuer: str) -> Signature:
    """By the published keys of ``issuer``, if it is one of those that the demo knows."""
    if issuer not in find_issuers():
        return Signature(
            None,
            f"Nobody here is configured to trust {issuer or 'a token without issuer'}, so no key was fetched.",
        )
    http = OutgoingHttp(allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES, purpose="token desk")
    try:
        IssuerDirectory(http).verify(text, TrustedIssuer(issuer))
    except JoseError as error:
        return Signature(False, str(error))
    except (KeysUnavailable, MetadataError) as error:
        return Signature(None, f"The keys of {issuer} cannot be had now: {error}")
    return Signature(True, f"Signed by {issuer}: one of its published keys fits.")


def find_issuers() -> tuple[str, ...]:
    """Every issuer that this demo is configured with."""
    of_the_idp = [f"{addresses.IDP_URL}/{slug}" for slug in ENTERPRISES]
    return tuple(dict.fromkeys([env.url("AGENT0_IDP_ISSUER", of_the_idp[0]), *of_the_idp, addresses.TODO0_URL]))


@sensitive_variables()
def rehearse(text: str, *, client_id: str) -> ChecksView | None:
    """What each of R3 to R14 says at Todo0 now; None when Todo0 does not answer."""
    outcome = ask("todo0", "rehearse", {"assertion": text, "client_id": client_id})
    return view_verdicts(list(outcome.answer["verdicts"])) if outcome.is_taken else None

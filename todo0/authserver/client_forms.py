"""The forms of a client: a new one, one that has a document, its terms, and the change of its secret."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from todo0.authserver.client_secrets import OVERLAPS
from todo0.authserver.dot import Application
from todo0.console.changes import Terms
from todo0.federation.models import Organization
from todo0.resources.apis import load_scopes
from xaa import protocol
from xaa.client_assertion import read_client_keys
from xaa.client_metadata import MAX_URL_LENGTH, ClientMetadataError
from xaa.jose import JoseError
from xaa.jwt_bearer.client_documents import load_client_directory
from xaa.jwt_bearer.models import CrossAppClient

CLIENT_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,99}")
NEVER: Final = "Its document lists other grants alone, so it would never redeem an ID-JAG."
PLAIN: Final = {"autocomplete": "off", "spellcheck": "false"}


def scope_choices(also: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Every scope that an API in use has; ``also``: what a client is allowed, though no API has it any more."""
    known = load_scopes()
    gone = {scope: "no API in use has it" for scope in also if scope not in known}
    return [(scope, f"{scope}: {words}") for scope, words in (known | gone).items()]


def organization_choices() -> list[tuple[str, str]]:
    rows = Organization.objects.select_related("connection").order_by("connection__name", "name", "pk")
    return [(row.org_id, f"{row.name}, of {row.connection.name}") for row in rows]


class NewClientForm(forms.Form):
    name = forms.CharField(max_length=100)
    client_id = forms.RegexField(
        CLIENT_ID,
        label="Client id",
        help_text="For good: lower case, digits, dots and hyphens. Its IdP has to put it into ID-JAGs.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    scopes = forms.MultipleChoiceField(
        label="Allowed scopes", choices=scope_choices, widget=forms.CheckboxSelectMultiple
    )

    def clean_client_id(self) -> str:
        client_id: str = self.cleaned_data["client_id"]
        if Application.objects.filter(client_id=client_id).exists():
            raise ValidationError("Another client has this id.")
        return client_id


class ClientUrlForm(forms.Form):
    url = forms.CharField(
        max_length=MAX_URL_LENGTH,
        label="Address of its document",
        help_text="Its client id, to the letter. It is fetched now, and again whenever the client comes.",
        widget=forms.TextInput(attrs={"inputmode": "url", **PLAIN}),
    )
    name = forms.CharField(
        max_length=100, label="Our name for it", help_text="What it calls itself is only its own word."
    )
    scopes = forms.MultipleChoiceField(
        label="Allowed scopes", choices=scope_choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_document_%s")  # beside the form for a client with a secret

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if Application.objects.filter(client_id=url).exists():
            raise ValidationError("This client is let in already.")
        try:
            metadata = load_client_directory().load(url)
        except ClientMetadataError as error:
            raise ValidationError(str(error)) from error
        if protocol.GRANT_JWT_BEARER not in metadata.grant_types:
            raise ValidationError(NEVER)
        return url


class ClientTermsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=100)
    allowed_scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    requires_organization = forms.BooleanField(required=False)
    organizations = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    jwks = forms.CharField(
        required=False,
        max_length=20_000,
        label="Public keys",
        help_text="A JWK Set. With one the client signs (private_key_jwt), and its secret counts no more.",
        widget=forms.Textarea(attrs={"rows": 4, **PLAIN}),
    )

    def __init__(self, client: CrossAppClient, version: int, data: Any = None) -> None:
        rule = getattr(client.application, "organization_requirement", None)
        initial = {
            "version": version,
            "name": client.application.name,
            "allowed_scopes": client.allowed_scopes.split(),
            "requires_organization": rule is not None,
            "organizations": list(rule.organizations.values_list("org_id", flat=True)) if rule else [],
            "jwks": json.dumps(client.jwks, indent=1) if client.jwks else "",
        }
        super().__init__(data, initial=initial)
        self.fields["allowed_scopes"].choices = scope_choices(client.allowed_scopes.split())
        self.fields["organizations"].choices = organization_choices()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("organizations") and not cleaned.get("requires_organization"):
            self.add_error("organizations", "They count only for a client that acts for members alone.")
        return cleaned

    def clean_jwks(self) -> dict[str, Any]:
        typed = self.cleaned_data["jwks"].strip()
        if not typed:
            return {}
        try:
            document: dict[str, Any] = json.loads(typed)
            read_client_keys(document)
        except JoseError as error:
            raise ValidationError(str(error)) from error
        except (ValueError, RecursionError) as error:
            raise ValidationError("Expected JSON: a JWK Set with the client's public keys.") from error
        return document

    def terms(self) -> Terms:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class RotateForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    overlap = forms.TypedChoiceField(
        coerce=int, choices=list(OVERLAPS.items()), label="The present secret goes on working", initial=86_400
    )

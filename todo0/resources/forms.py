"""The forms of an API: a new one, and the terms of one that exists."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from stage.kit.scopes import read_scopes, write_scopes
from todo0.console.changes import Terms
from todo0.resources.apis import describe
from todo0.resources.models import Api
from xaa.jwt_bearer.checks import is_resource_identifier

PLAIN: Final = {"autocomplete": "off", "spellcheck": "false"}
SCOPES: Final = (
    "One a line: the scope, a space, and what it lets an app do. A line that is gone is granted no more."
)
LIFETIME: Final = "30 seconds to a day. So long an app may act on after its IdP has switched it off."


class ApiForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=100, label="Title")
    scopes = forms.CharField(
        max_length=30_000,
        label="Scopes",
        help_text=SCOPES,
        widget=forms.Textarea(attrs={"rows": 4, **PLAIN}),
    )
    token_lifetime = forms.IntegerField(
        min_value=30, max_value=86_400, label="Access tokens live, in seconds", help_text=LIFETIME
    )

    def __init__(self, api: Api, version: int, data: Any = None) -> None:
        now = describe(api)
        super().__init__(data, initial=now | {"version": version, "scopes": "\n".join(now["scopes"])})

    def clean_scopes(self) -> list[str]:
        lines: list[str] = self.cleaned_data["scopes"].splitlines()
        try:
            return write_scopes(read_scopes(lines))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def terms(self) -> Terms:
        return {name: self.cleaned_data[name] for name in ("name", "scopes", "token_lifetime")}


class NewApiForm(ApiForm):
    version = None  # type: ignore[assignment]  # there is none yet
    identifier = forms.CharField(
        max_length=255,
        label="Resource identifier",
        help_text="For good, and to the letter: what ID-JAGs and access tokens call it (RFC 8707).",
        widget=forms.TextInput(attrs={"inputmode": "url", **PLAIN}),
    )
    field_order = ("identifier", "name", "scopes", "token_lifetime")

    def __init__(self, data: Any = None) -> None:
        super().__init__(Api(), 0, data)

    def clean_identifier(self) -> str:
        identifier: str = self.cleaned_data["identifier"]
        if not is_resource_identifier(identifier):
            raise ValidationError("Expected an absolute URI without a fragment, and not http (RFC 8707 §2).")
        if Api.objects.filter(identifier=identifier).exists():
            raise ValidationError("Another API has this identifier; one that is retired can be used again.")
        return identifier

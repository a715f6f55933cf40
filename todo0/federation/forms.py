"""The forms of an enterprise connection: a new one from what discovery found, and the terms of one that exists.

Deliberately does not: show a secret again. What the IdP gave us goes in, is sealed, and does not come out.
"""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from todo0.console.changes import Terms
from todo0.federation.discovery import Stopped, read_issuer
from todo0.federation.models import Connection, EmailDomain, check_saml_key
from todo0.federation.terms import COLUMNS, describe
from todo0.resources.models import Api
from xaa.jwt_bearer.sub_id import MEMBERS

ALGORITHMS: Final = ("ES256", "RS256", "PS256")
DOMAIN: Final = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
PLAIN: Final = {"autocomplete": "off", "spellcheck": "false"}


def clean_domains(text: str, *, connection: Connection | None) -> list[str]:
    """One domain a line, in lower case, and none that leads to another connection."""
    domains = sorted(set(text.lower().split()))
    if wrong := [domain for domain in domains if not DOMAIN.fullmatch(domain)]:
        raise ValidationError(f"Expected domains as acme.example, found {wrong[0][:80]!r}.")
    taken = EmailDomain.objects.filter(domain__in=domains)
    if connection:
        taken = taken.exclude(connection=connection)
    if found := taken.first():
        raise ValidationError(f"{found.domain} leads to another connection already.")
    return domains


def api_choices() -> list[tuple[str, str]]:
    """All of them: one that is retired may be chosen for the day when it is in use again."""
    rows = Api.objects.order_by("pk").values_list("identifier", "title", "active")
    return [(identifier, title if active else f"{title} (retired)") for identifier, title, active in rows]


class NewConnectionForm(forms.Form):
    issuer = forms.CharField(max_length=255, strip=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=100, label="Name of the enterprise")
    slug = forms.SlugField(
        max_length=50,
        label="Short name",
        help_text="In addresses, for good: lower case, digits and hyphens.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    client_id = forms.CharField(max_length=255, label="Our client id there", widget=forms.TextInput(attrs=PLAIN))
    client_secret = forms.CharField(
        max_length=500,
        label="Our client secret there",
        help_text="Stored sealed, and never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    domains = forms.CharField(
        required=False,
        label="E-mail domains",
        help_text="One a line. They lead people to this sign-in, and prove nothing.",
        widget=forms.Textarea(attrs={"rows": 2, **PLAIN}),
    )

    def clean_issuer(self) -> str:
        issuer: str = self.cleaned_data["issuer"]
        try:
            is_issuer = read_issuer(issuer) == issuer
        except Stopped as stopped:
            raise ValidationError(stopped.note) from stopped
        if not is_issuer:
            raise ValidationError("Expected an issuer, found the address of its document.")
        if known := Connection.objects.filter(issuer=issuer).first():
            raise ValidationError(f"{known.name} has this issuer already. An issuer has one connection.")
        return issuer

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if Connection.objects.filter(slug=slug).exists():
            raise ValidationError("Another connection has this short name.")
        return slug

    def clean_domains(self) -> list[str]:
        return clean_domains(self.cleaned_data["domains"], connection=None)


class SecretForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    client_secret = forms.CharField(
        max_length=500,
        label="The new secret that its IdP gave us",
        help_text="Stored sealed, and never shown again. The next sign-in brings it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_secret_%s", **kwargs)


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be changed; the two switches are buttons of their own, which no badly filled field holds up."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    algorithms = forms.MultipleChoiceField(
        choices=[(name, name) for name in ALGORITHMS], widget=forms.CheckboxSelectMultiple
    )
    max_lifetime = forms.IntegerField(min_value=30, max_value=3600)
    apis = forms.MultipleChoiceField(required=False, choices=api_choices, widget=forms.CheckboxSelectMultiple)
    domains = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2, **PLAIN}))
    saml_key = forms.MultipleChoiceField(
        choices=[(name, name) for name in MEMBERS], widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Connection
        fields = tuple(name for name in COLUMNS if name not in ("active", "xaa_enabled"))

    def __init__(self, connection: Connection, version: int, data: Any = None) -> None:
        now = describe(connection)
        initial = {
            "version": version,
            "algorithms": now["algorithms"].split(),
            "saml_key": now["saml_key"].split(),
            "apis": now["apis"],
            "domains": "\n".join(now["domains"]),
        }
        super().__init__(data, instance=connection, initial=initial)

    def clean_algorithms(self) -> str:
        return " ".join(self.cleaned_data["algorithms"])

    def clean_saml_key(self) -> str:
        key = " ".join(self.cleaned_data["saml_key"])
        check_saml_key(key)
        return key

    def clean_tenant(self) -> str:
        tenant: str = self.cleaned_data["tenant"]
        if tenant in ("personal", "organization"):
            raise ValidationError("Expected the name of a company, found a kind of tenants.")
        return tenant

    def clean_domains(self) -> list[str]:
        return clean_domains(self.cleaned_data["domains"], connection=self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        several = cleaned.get("several_organizations")
        if several and cleaned.get("aud_tenant"):
            text = "Of several organizations an ID-JAG names one in aud_tenant: it has no name for all of them."
            self.add_error("aud_tenant", text)
        if not several and self.instance.organizations.count() > 1:
            self.add_error("several_organizations", "It has several organizations, and none is ever deleted.")
        return cleaned

    def terms(self) -> Terms:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

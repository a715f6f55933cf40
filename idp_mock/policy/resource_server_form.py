"""The form of a resource app: its server, APIs and scopes, and what it calls our companies and our people.

Deliberately does not: take a name for a company that nobody belongs to. ``tenant`` follows from who the person is,
so such a line could never count (ID-JAG §6.1).
"""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from idp_mock.directory.models import is_absolute
from idp_mock.policy.identifiers import check_api, check_issuer
from idp_mock.policy.models import ResourceApp
from idp_mock.policy.resource_server import NO_ENTITY, SAML, describe
from idp_mock.saml.models import NameIdFormat
from stage.kit.scopes import read_scopes, write_scopes

OF_TENANT: Final = "tenant:"
"""Before a company's name, what the field of its tenant is called."""
AT_MOST: Final = 100
"""APIs of one resource app."""
PLAIN: Final = {"autocomplete": "off", "spellcheck": "false"}


def text_field(
    label: str, help_text: str = "", widget: type = forms.TextInput, *, required: bool = False
) -> forms.RegexField:
    """Printable ASCII without a space: what is compared to the letter must not look like another.

    But for white space around it, which comes along when one copies.
    """
    return forms.RegexField(
        r"\A[!-~]+\Z",
        strip=True,
        required=required,
        max_length=500,
        label=label,
        help_text=help_text,
        error_messages={"invalid": "Expected printable ASCII characters without a space, found others."},
        widget=widget(attrs=PLAIN),
    )


def lines_field(label: str, help_text: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        max_length=30_000,
        required=required,
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3, **PLAIN}),
    )


class ResourceServerForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    issuer = text_field(
        "Issuer URL",
        "As its metadata has it (issuer), to the letter: it becomes the audience of ID-JAGs. "
        "With another one, its connections are off until you switch them on again.",
        forms.URLInput,
        required=True,
    )
    resources = lines_field(
        "APIs", "One a line, to the letter. Empty: the issuer URL with /api behind it.", required=False
    )
    scopes = lines_field(
        "Scopes",
        "One a line: the scope, a space, and what it lets an app do. "
        "A new one is allowed at once where a connection takes any scope, or any but those chosen.",
        required=True,
    )
    entity_id = text_field(
        "SAML entity", "As its metadata has it (entityID), to the letter. Empty: it has none.", forms.URLInput
    )
    acs_url = text_field(
        "Its assertions go to", "Its assertion consumer service, and nowhere else.", forms.URLInput
    )
    name_id_format = forms.ChoiceField(
        choices=NameIdFormat.choices,
        label="What it calls people",
        help_text="With another name at every sign-in there is no sub_id, since nobody would find it again. "
        "A name of its own hangs on the entity: another entity, other names.",
    )
    name_qualifier = text_field("Name qualifier", "Empty where its names have none (NameQualifier).")
    sp_name_qualifier = text_field("SP name qualifier", "The same (SPNameQualifier).")

    def __init__(self, resource_app: ResourceApp, data: Any = None) -> None:
        terms = describe(resource_app)
        companies = list_companies(resource_app)
        initial = {f"{OF_TENANT}{company}": terms["tenants"].get(company, "") for company in companies}
        initial |= {name: terms[name] for name in ("issuer", *SAML)} | {"version": resource_app.version}
        initial |= {name: "\n".join(terms[name]) for name in ("resources", "scopes")}
        initial["name_id_format"] = terms["name_id_format"] or NameIdFormat.PERSISTENT
        super().__init__(data, initial=initial)
        self.resource_app, self.companies = resource_app, companies
        for company in companies:
            label = "Audience / Tenant ID"
            label += "" if len(companies) == 1 else f" for {company}"
            self.fields[f"{OF_TENANT}{company}"] = text_field(label)
        self.fields["name_id_format"].required = bool(self.data.get("entity_id"))

    @property
    def tenant_fields(self) -> list[forms.BoundField]:
        return [self[f"{OF_TENANT}{company}"] for company in self.companies]

    @property
    def server_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("issuer", "resources", "scopes")]

    @property
    def saml_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in SAML]

    def clean_issuer(self) -> str:
        issuer: str = self.cleaned_data["issuer"]
        check_issuer(issuer, of_this_idp=self.resource_app.enterprise.issuer)
        return issuer

    def clean_resources(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["resources"].splitlines() if line.strip()]
        if len(lines) != len(set(lines)) or len(lines) > AT_MOST:
            raise ValidationError(f"Expected each API once, and {AT_MOST} at most.")
        for line in lines:
            check_api(line)
        made_up = f"{self.cleaned_data.get('issuer', '').rstrip('/')}/api"
        return lines or [made_up]

    def clean_scopes(self) -> list[str]:
        try:
            return write_scopes(read_scopes(self.cleaned_data["scopes"].splitlines()))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_entity_id(self) -> str:
        entity_id: str = self.cleaned_data["entity_id"]
        if entity_id and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:.", entity_id):
            raise ValidationError("Expected a URI, such as https://app.example/saml, found no scheme.")
        return entity_id

    def clean_acs_url(self) -> str:
        url: str = self.cleaned_data["acs_url"]
        if url and not is_absolute(url):
            raise ValidationError("Expected an absolute URL without a fragment.")
        return url

    def clean(self) -> dict[str, Any]:
        """An entity has an address, and without one there is nothing for the other fields to be about."""
        cleaned: dict[str, Any] = super().clean()
        others = [name for name in ("acs_url", "name_qualifier", "sp_name_qualifier") if cleaned.get(name)]
        if cleaned.get("entity_id") and not cleaned.get("acs_url") and "acs_url" not in self.errors:
            self.add_error("acs_url", "Expected where the entity's assertions go, found nothing.")
        elif others and not cleaned.get("entity_id") and "entity_id" not in self.errors:
            named = " and ".join(str(self.fields[name].label) for name in others)
            self.add_error(
                "entity_id", f"Expected the entity that the other fields are about, found only: {named}."
            )
        return cleaned

    def terms(self) -> dict[str, Any]:
        """What was typed, as ``describe`` has it."""
        typed = {company: self.cleaned_data[f"{OF_TENANT}{company}"] for company in self.companies}
        entity = {name: self.cleaned_data[name] for name in SAML}
        return {
            **{name: self.cleaned_data[name] for name in ("issuer", "resources", "scopes")},
            "tenants": {company: tenant for company, tenant in typed.items() if tenant},
            **(entity if entity["entity_id"] else NO_ENTITY),
        }


def list_companies(resource_app: ResourceApp) -> list[str]:
    """Those that people of this issuer belong to, and any that has a tenant already."""
    enterprise = resource_app.enterprise
    found = set(enterprise.people.values_list("tenant", flat=True).distinct())
    return sorted({company or enterprise.slug for company in found} | {*resource_app.tenants})

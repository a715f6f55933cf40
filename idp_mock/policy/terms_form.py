"""The form of a connection's terms: who, which scopes, under which client id, for how long.

Deliberately does not: hold the on/off switch. That is a button of its own, which works with one click and is never
held up by a field that somebody filled in wrongly.
"""

from typing import Any

from django import forms

from idp_mock.directory.models import Group
from idp_mock.policy.decide import allowed_scopes
from idp_mock.policy.details import name_of
from idp_mock.policy.models import CrossAppConnection

ResourceCondition = CrossAppConnection.ResourceCondition
ScopeCondition = CrossAppConnection.ScopeCondition


class TermsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    scope_condition = forms.ChoiceField(choices=ScopeCondition.choices, widget=forms.RadioSelect)
    scopes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    default_scopes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    resource_condition = forms.ChoiceField(choices=ResourceCondition.choices, widget=forms.RadioSelect)
    resources = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    withheld_actions = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    client_id_at_resource_as = forms.CharField(
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    lifetime = forms.IntegerField(min_value=30, max_value=300)
    max_authentication_age = forms.IntegerField(min_value=60, max_value=86_400, required=False)
    second_factor_scopes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    monthly_quota = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    agent_id = forms.RegexField(
        r"[A-Za-z0-9._:-]+",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, connection: CrossAppConnection, data: Any = None) -> None:
        super().__init__(data, initial=terms_of(connection))
        self.connection = connection
        offered = [(entry["scope"], entry["words"]) for entry in connection.resource_app.scopes]
        self.fields["groups"].queryset = connection.enterprise.groups.order_by("name")
        for name in ("scopes", "default_scopes", "second_factor_scopes"):
            self.fields[name].choices = offered
        self.fields["resources"].choices = [(url, url) for url in connection.resource_app.resources]
        self.fields["withheld_actions"].choices = [
            (name_of(kind, entry["action"]), entry["words"])
            for kind in connection.resource_app.details_types
            for entry in kind["actions"]
        ]

    def clean(self) -> dict[str, Any]:
        """A default is granted unasked, so it may be nothing that could not be asked for."""
        cleaned = super().clean()
        proposed = CrossAppConnection(
            resource_app=self.connection.resource_app,
            scope_condition=cleaned.get("scope_condition", ScopeCondition.ONLY),
            scopes=cleaned.get("scopes", []),
        )
        outside = set(cleaned.get("default_scopes", [])) - set(allowed_scopes(proposed))
        if outside:
            self.add_error("default_scopes", f"The condition above does not allow {', '.join(sorted(outside))}.")
        return cleaned

    def terms(self) -> dict[str, Any]:
        """What was typed, cleaned, under the names that a connection has for it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def terms_of(connection: CrossAppConnection) -> dict[str, Any]:
    """A connection's present terms under the form's names."""
    names = [name for name in TermsForm.base_fields if name != "groups"]
    return {name: getattr(connection, name) for name in names} | {"groups": list(connection.groups.all())}

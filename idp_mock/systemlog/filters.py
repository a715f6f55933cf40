"""What of the system log is asked for: one form, read by the page and by both exports, so that they agree.

Deliberately does not: guess. A value it does not understand is said to be one, filters nothing on the page, and
stops an export, which nobody would look at twice.
"""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet

from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.entries import KINDS
from idp_mock.systemlog.models import Event

TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
EVERY = {"": "Any outcome", Event.Outcome.ALLOWED.value: "Allowed", Event.Outcome.DENIED.value: "Denied"}


class LogFilters(forms.Form):
    """Every field is optional, and all that are given hold together."""

    person = forms.CharField(required=False, max_length=100, label="Person: name or subject")
    requesting = forms.ChoiceField(required=False, label="Requesting app")
    resource = forms.ChoiceField(required=False, label="Resource app")
    outcome = forms.ChoiceField(required=False, label="Outcome", choices=list(EVERY.items()))
    kind = forms.ChoiceField(required=False, label="Event type")
    since = forms.DateTimeField(required=False, label="From (UTC)", input_formats=TIMES)
    until = forms.DateTimeField(required=False, label="Until (UTC)", input_formats=TIMES)

    def __init__(self, enterprise: Enterprise, data: Any) -> None:
        super().__init__(data)
        self.enterprise = enterprise
        asking = enterprise.apps.filter(is_requesting_app=True).order_by("name")
        targets = enterprise.resource_apps.select_related("app").order_by("app__name")
        self.fields["requesting"].choices = [("", "Any app"), *((app.client_id, app.name) for app in asking)]
        self.fields["resource"].choices = [("", "Any app"), *((app.issuer, app.app.name) for app in targets)]
        self.fields["kind"].choices = list_kinds()
        for name in ("since", "until"):
            self.fields[name].widget.input_type = "datetime-local"
        for name, field in self.fields.items():
            if self.errors.get(name):
                field.widget.attrs["aria-invalid"] = "true"

    def choose(self) -> QuerySet[Event]:
        """The entries of this enterprise that fit, in no order."""
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        wanted = Q(enterprise=self.enterprise)
        if "person" in asked:
            text = asked["person"]
            wanted &= (
                Q(person_name__icontains=text) | Q(by_name__icontains=text) | Q(person_sub=text) | Q(by_sub=text)
            )
        if "kind" in asked:
            wanted &= Q(event_type__in=KINDS[asked["kind"]][1] if asked["kind"] in KINDS else [asked["kind"]])
        for name, column in COLUMNS.items():
            if name in asked:
                wanted &= Q(**{column: asked[name]})
        return Event.objects.filter(wanted)

    def quick(self) -> list[tuple[str, str, bool]]:
        """``words, address, is chosen``: one click to an outcome or a kind, with the rest of the choice kept."""
        chosen = {name: self.cleaned_data.get(name, "") for name in ("outcome", "kind")}
        offered = [("outcome", value, words) for value, words in EVERY.items()]
        offered += [("kind", value, words) for value, (words, _) in KINDS.items()]
        return [
            (words, self.query(**{name: value}) or "?", value == chosen[name]) for name, value, words in offered
        ]

    @property
    def is_detailed(self) -> bool:
        """More is asked, or was not understood, than the quick choices show."""
        return bool(self.errors) or any(self.cleaned_data.get(name) for name in DETAILS)

    def query(self, **more: object) -> str:
        """The address of this choice, with ``more`` in it; never of what was not understood."""
        given = {name: self.data.get(name) for name in self.fields if self.cleaned_data.get(name)}
        asked = {name: value for name, value in (given | more).items() if value}
        return f"?{urlencode(asked)}" if asked else ""


DETAILS = ("person", "requesting", "resource", "since", "until")
COLUMNS = {
    "requesting": "requesting_client_id",
    "resource": "audience",
    "outcome": "outcome",
    "since": "at__gte",
    "until": "at__lt",
}


def list_kinds() -> list[tuple[str, Any]]:
    """Everything, or a kind of events, or one event type of a kind."""
    groups = [
        (name, [(kind, f"All: {name}"), *((event_type, event_type) for event_type in types)])
        for kind, (name, types) in KINDS.items()
        if kind
    ]
    return [("", "Every event"), *groups]

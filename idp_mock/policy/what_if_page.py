"""What if she asked? Pick a person and scopes, and read how each check of an exchange would go, today.

In the flow this answers the question that a refusal leaves, before anybody is refused. It goes by a connection's
saved terms; what a change of them would do is the preview's business.
"""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock import clock
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import Person
from idp_mock.policy.connection_page import load_connection
from idp_mock.policy.models import CrossAppConnection
from idp_mock.signin.factors import AMR_PASSWORD, AMR_SECOND_FACTOR
from idp_mock.tokens.rehearsal import Rehearsed, Supposed, rehearse

AT_MOST = 200
"""People to pick from. In a larger enterprise the page of a person leads here, with her picked."""
AGES = {"1": "a minute ago", "60": "an hour ago", "480": "eight hours ago", "1440": "a day ago"}
FACTORS = {"one": "with a password", "two": "with a password and a second factor"}


class WhatIfForm(forms.Form):
    person = forms.ModelChoiceField(queryset=Person.objects.none(), empty_label=None, label="If this person")
    age = forms.ChoiceField(choices=list(AGES.items()), label="signed in")
    factors = forms.ChoiceField(choices=list(FACTORS.items()), label="in this way")
    resource = forms.ChoiceField(required=False, label="and the app asked for this API")
    scopes = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="with these scopes"
    )

    def __init__(self, connection: CrossAppConnection, data: Any = None, *, picked: str = "") -> None:
        super().__init__(data)
        target = connection.resource_app
        everybody = connection.enterprise.people.order_by("name", "pk")
        offered = everybody.filter(pk__in=[*everybody.values_list("pk", flat=True)[:AT_MOST], *number(picked)])
        self.fields["person"].queryset = offered.select_related("enterprise")
        self.fields["resource"].choices = [("", "none in particular"), *((url, url) for url in target.resources)]
        self.fields["scopes"].choices = [(entry["scope"], entry["words"]) for entry in target.scopes]
        self.initial = {"person": picked, "scopes": list(target.scope_names)}

    def supposed(self, connection: CrossAppConnection, *, now: datetime) -> Supposed:
        found = self.cleaned_data
        second = (AMR_SECOND_FACTOR,) if found["factors"] == "two" else ()
        return Supposed(
            app=connection.requesting_app,
            person=found["person"],
            audience=connection.resource_app.issuer,
            resources=(found["resource"],) if found["resource"] else (),
            scope=" ".join(found["scopes"]),
            signed_in_at=now - timedelta(minutes=int(found["age"])),
            amr=(*AMR_PASSWORD, *second),
        )


@require_safe
@admins_only
def what_if(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """A question changes nothing, so it is a link: it can be sent to a colleague, and asked again tomorrow."""
    found, now = load_connection(visitor, pk), clock.now()
    found.requesting_app.enterprise = visitor.enterprise
    is_asked = "age" in request.GET
    picked = request.GET.get("person", "")
    form = WhatIfForm(found, request.GET if is_asked else None, picked=picked)
    answer = rehearse(form.supposed(found, now=now), now=now) if is_asked and form.is_valid() else None
    return visitor.show(
        request,
        "admin/what_if.html",
        here="policy",
        status=400 if is_asked and answer is None else 200,
        connection=found,
        form=form,
        answer=answer,
        claims=tell_claims(answer) if answer else [],
        asked_of=form.cleaned_data["person"] if answer else None,
    )


def tell_claims(answer: Rehearsed) -> list[tuple[str, object]]:
    return [(name, " ".join(value) if isinstance(value, list) else value) for name, value in answer.claims.items()]


def number(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdigit() and len(text) < 18 else []

"""The bench: paste an assertion, say which client would bring it, and see how each check would go.

Deliberately does not: show the assertion again, put it into an address, or answer anybody but Todo0's staff.
Whoever could ask here without authenticating as a client could probe which people have accounts.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from todo0.assertions.rehearsal import rehearse
from todo0.console.gate import staff_only
from xaa.jwt_bearer.models import CrossAppClient
from xaa.jwt_bearer.presented import UNREAD, Client

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class BenchForm(forms.Form):
    assertion = forms.CharField(
        max_length=16_384,
        label="Assertion",
        help_text="The ID-JAG as the client would send it. It is not stored, not logged and not shown again.",
        widget=forms.Textarea(attrs={"rows": 4, **PLAIN}),
    )
    client = forms.ModelChoiceField(queryset=CrossAppClient.objects.none(), label="Brought by", empty_label=None)
    scope = forms.CharField(max_length=500, required=False, help_text="Of the request; empty for all.")
    resource = forms.CharField(max_length=500, required=False, help_text="Of the request; empty for the claim's.")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        rows = CrossAppClient.objects.select_related("application").order_by("application__name", "pk")
        self.fields["client"].queryset = rows
        self.fields["client"].label_from_instance = lambda row: (
            f"{row.application.name}, {row.application.client_id}"
        )


@sensitive_post_parameters("assertion")
@sensitive_variables("form", "assertion", "run", "context")
@require_http_methods(["GET", "POST"])
@staff_only
def bench(request: HttpRequest) -> HttpResponse:
    form = BenchForm(request.POST or None)
    context: dict[str, Any] = {"here": "assertions", "form": form}
    if form.is_valid():
        context |= judge(**form.cleaned_data)
    form.data = {name: value for name, value in form.data.items() if name != "assertion"}
    return render(request, "admin/bench.html", context, status=400 if request.POST and form.errors else 200)


@sensitive_variables()
def judge(assertion: str, client: CrossAppClient, scope: str, resource: str) -> dict[str, Any]:
    permitted = Client(client.application.client_id, tuple(client.allowed_scopes.split()))
    run = rehearse(assertion.strip(), client=permitted, scope=scope, resource=resource)
    return {
        "verdicts": run.verdicts,
        "refused_by": run.failed,
        "is_enabled": client.enabled,
        "header": run.state.unverified_header.items(),
        "claims": run.state.unverified_claims.items(),
        "is_vouched_for": run.state.id_jag is not UNREAD,
        "granted": {"scope": " ".join(run.state.scope), "resource": " ".join(run.state.resource)},
    }

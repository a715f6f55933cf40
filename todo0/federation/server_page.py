"""The page of Todo0's own server: its rules, its APIs, and what each preset would have answered lately."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from todo0.console.changes import Terms, tell_history, version_in
from todo0.console.gate import staff_only
from todo0.console.saving import restore_change, save_form
from todo0.federation.models import Tenant
from todo0.federation.tenant import LABELS, TENANT, load_tenant
from todo0.presets.rules import PRESETS
from todo0.presets.told import tell_presets
from todo0.resources.apis import load_apis


class ServerForm(forms.ModelForm):  # type: ignore[type-arg]
    version = forms.IntegerField(widget=forms.HiddenInput)
    default_audience = forms.ChoiceField(required=False)

    class Meta:
        model = Tenant
        fields = tuple(LABELS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        apis = load_apis().values_list("identifier", "title")
        self.fields["default_audience"].choices = [("", "None: an ID-JAG must name one"), *apis]
        today = settings.ID_JAG_LIMIT or "off"
        self.fields[
            "id_jag_limit"
        ].help_text = f"Such as 5/s burst 5, or off for none. Empty: as the environment says, today {today}."

    def terms(self) -> Terms:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


@require_http_methods(["GET", "POST"])
@staff_only
def server(request: HttpRequest) -> HttpResponse:
    tenant = load_tenant()
    if request.method == "GET":
        return show(request, tenant)
    form = ServerForm(request.POST, instance=tenant)
    if refused := save_form(request, TENANT, tenant.pk, form, blamed="default_audience"):
        return show(request, load_tenant(), form, **refused)
    messages.success(request, "Saved. The rules count from the next request on.")
    return HttpResponseRedirect(reverse("admin-server"), status=303)


@require_POST
@staff_only
def undo_server(request: HttpRequest, change: int) -> HttpResponse:
    restore_change(request, TENANT, load_tenant().pk or 0, change)
    return HttpResponseRedirect(reverse("admin-server"), status=303)


def show(
    request: HttpRequest,
    tenant: Tenant,
    form: ServerForm | None = None,
    *,
    status: int = 200,
    missed: Any = None,
) -> HttpResponse:
    preset = request.GET.get("preset", "")
    history = tell_history(TENANT, tenant.pk or 0, lambda change: reverse("admin-server-undo", args=[change.pk]))
    filled = PRESETS[preset].server if preset in PRESETS else {}
    context = {
        "here": "server",
        "form": form or ServerForm(instance=tenant, initial={"version": version_in(history), **filled}),
        "missed": missed,
        "issuer": settings.JWT_BEARER_ISSUER,
        "version": version_in(history),
        "history": history,
        **tell_presets(tenant=tenant, preset=preset),
    }
    return render(request, "admin/server.html", context, status=status)

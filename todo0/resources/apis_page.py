"""The list of APIs, and the form for a new one.

Deliberately does not: open a new API to anybody. A connection's page says for which its people may be acted for.
"""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from todo0.console.changes import By, record_change
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom
from todo0.federation.tenant import load_tenant
from todo0.resources.apis import API, describe, write
from todo0.resources.forms import NewApiForm
from todo0.resources.models import Api


@require_safe
@staff_only
def apis(request: HttpRequest) -> HttpResponse:
    return show(request, NewApiForm())


@require_POST
@staff_only
def add_api(request: HttpRequest) -> HttpResponse:
    form = NewApiForm(request.POST)
    if not form.is_valid():
        return show(request, form, status=400)
    try:
        made = make_api(form.cleaned_data, by=by_whom(request))
    except IntegrityError:  # somebody else was faster, between the form's look and ours
        form.add_error("identifier", "Another API has this identifier.")
        return show(request, form, status=409)
    messages.success(request, f"Added {made.title}. It is open to nobody: choose it on a connection's page.")
    return HttpResponseRedirect(reverse("admin-api", args=[made.pk]), status=303)


@transaction.atomic
def make_api(typed: dict[str, Any], *, by: By) -> Api:
    made = Api(identifier=typed["identifier"])
    write(made, typed)
    record_change(API, made, before={}, after=describe(made), version=1, by=by)
    return made


def show(request: HttpRequest, form: NewApiForm, *, status: int = 200) -> HttpResponse:
    context = {
        "here": "apis",
        "apis": Api.objects.order_by("-active", "pk"),
        "default_audience": load_tenant().default_audience,
        "form": form,
    }
    return render(request, "admin/apis.html", context, status=status)

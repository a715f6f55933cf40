"""The list of enterprise connections, and the way to a new one: an address pasted, followed, and given a name.

Deliberately does not: trust anything by itself. A new connection is off, for sign-in and for ID-JAGs, until
somebody turns it on.
"""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from todo0.console.changes import By, record_change
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom
from todo0.federation.discovery import explore
from todo0.federation.forms import NewConnectionForm
from todo0.federation.models import Connection
from todo0.federation.terms import CONNECTION, describe, set_domains
from xaa.signin.models import FederatedIdentity


@require_safe
@staff_only
def connections(request: HttpRequest) -> HttpResponse:
    pasted = request.GET.get("issuer", "")[:300]
    context: dict[str, Any] = {"here": "connections", "connections": list_connections(), "pasted": pasted}
    if pasted:
        found = explore(pasted)
        context |= {"found": found, "known": Connection.objects.filter(issuer=found.issuer).first()}
        if found.is_usable and not context["known"]:
            context["form"] = NewConnectionForm(initial={"issuer": found.issuer})
    return render(request, "admin/connections.html", context)


def list_connections() -> QuerySet[Connection]:
    """All of them with the number of people who came by each, in one statement."""
    people = FederatedIdentity.objects.filter(issuer=OuterRef("issuer")).order_by().values("issuer")
    return Connection.objects.annotate(people=Subquery(people.annotate(n=Count("pk")).values("n"))).order_by(
        "name"
    )


@sensitive_post_parameters("client_secret")
@require_http_methods(["POST"])
@staff_only
def add_connection(request: HttpRequest) -> HttpResponse:
    form = NewConnectionForm(request.POST)
    if not form.is_valid():
        context = {"here": "connections", "connections": list_connections(), "form": form}
        return render(request, "admin/connections.html", context, status=400)
    try:
        made = make_connection(form.cleaned_data, by=by_whom(request))
    except IntegrityError:  # somebody else was faster, between the form's look and ours
        messages.error(
            request, "Not added: somebody has just added a connection with this issuer, name or domain."
        )
        return HttpResponseRedirect(reverse("admin-connections"), status=303)
    messages.success(request, f"Added {made.name}. It is off: try a sign-in, then turn it on.")
    return HttpResponseRedirect(reverse("admin-connection", args=[made.pk]), status=303)


@transaction.atomic
def make_connection(typed: dict[str, Any], *, by: By) -> Connection:
    made = Connection(active=False, **{name: typed[name] for name in ("issuer", "name", "slug", "client_id")})
    made.client_secret = typed["client_secret"]
    made.save(force_insert=True)
    set_domains(made, typed["domains"])
    record_change(CONNECTION, made, before={}, after=describe(made), version=1, by=by)
    return made

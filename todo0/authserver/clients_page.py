"""The list of clients that may act for people here, and the form for a new one.

Deliberately does not: register public clients, which could prove nothing (ID-JAG §9.1). A client whose id is a URL
has a form of its own (``client_url_page``).
"""

from secrets import token_urlsafe
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from todo0.authserver.client_forms import ClientUrlForm, NewClientForm
from todo0.authserver.clients import CLIENT, describe
from todo0.authserver.dot import Application
from todo0.console.changes import By, record_change
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom
from todo0.federation.tenant import load_tenant
from xaa.jwt_bearer.client_documents import has_document
from xaa.jwt_bearer.models import CrossAppClient


@require_safe
@staff_only
def clients(request: HttpRequest) -> HttpResponse:
    return show(request)


@require_POST
@staff_only
@sensitive_variables("secret")
def add_client(request: HttpRequest) -> HttpResponse:
    """The answer is the one page that ever shows the secret; it is stored nowhere but as a hash."""
    form = NewClientForm(request.POST)
    if not form.is_valid():
        return show(request, form, status=400)
    secret = token_urlsafe(32)
    try:
        made = make_client(form.cleaned_data, secret=secret, by=by_whom(request))
    except IntegrityError:  # somebody else was faster, between the form's look and ours
        form.add_error("client_id", "Another client has this id.")
        return show(request, form, status=409)
    return render(request, "admin/secret.html", {"here": "clients", "client": made, "secret": secret})


@transaction.atomic
def make_client(typed: dict[str, Any], *, secret: str, by: By) -> CrossAppClient:
    application = Application.objects.create(
        client_id=typed["client_id"],
        name=typed["name"],
        client_secret=secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,  # the toolkit wants one; no redirect URI
    )
    made = CrossAppClient.objects.create(application=application, allowed_scopes=" ".join(typed["scopes"]))
    record_change(CLIENT, made, before={}, after=describe(made), version=1, by=by)
    return made


def list_clients() -> QuerySet[CrossAppClient]:
    return CrossAppClient.objects.select_related("application").order_by("application__name", "pk")


def show(
    request: HttpRequest,
    form: NewClientForm | None = None,
    *,
    by_document: ClientUrlForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "here": "clients",
        "rows": [(client, has_document(client.application)) for client in list_clients()],
        "form": form or NewClientForm(),
        "by_document": by_document or ClientUrlForm(),
        "documents_count": load_tenant().url_clients,
    }
    return render(request, "admin/clients.html", context, status=status)

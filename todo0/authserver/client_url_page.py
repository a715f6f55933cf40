"""Let in a client whose id is the address of its document: the form, the look at the document, the row.

In the flow this is the list that R1 asks before it fetches anything (``xaa.jwt_bearer.client_documents``). The one
fetch of an address that is not on it is this: an administrator's, who typed it in.

Deliberately does not: keep anything of the document, whose word on its name and wishes is its own alone. Or let in
a client that could redeem nothing; the command line does (``manage.py todo0 allow_client_url``).
"""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from todo0.authserver.client_forms import ClientUrlForm
from todo0.authserver.clients import CLIENT, describe
from todo0.authserver.clients_page import show
from todo0.console.changes import By, record_change
from todo0.console.gate import staff_only
from todo0.console.saving import by_whom
from xaa.client_metadata import ClientMetadataError
from xaa.jwt_bearer.client_documents import allow_client_url
from xaa.jwt_bearer.models import CrossAppClient


@require_POST
@staff_only
def allow_client(request: HttpRequest) -> HttpResponse:
    form = ClientUrlForm(request.POST)
    if not form.is_valid():
        return show(request, by_document=form, status=400)
    try:
        made = list_client(form.cleaned_data, by=by_whom(request))
    except (ClientMetadataError, IntegrityError):  # somebody else was faster, between the form's look and ours
        form.add_error("url", "This client is let in already.")
        return show(request, by_document=form, status=409)
    messages.success(request, f"{made.application.name} is let in, by the keys that its document has.")
    return HttpResponseRedirect(reverse("admin-client", args=[made.pk]), status=303)


@transaction.atomic
def list_client(typed: dict[str, Any], *, by: By) -> CrossAppClient:
    made = allow_client_url(typed["url"], name=typed["name"], allowed_scopes=" ".join(typed["scopes"]))
    record_change(CLIENT, made, before={}, after=describe(made), version=1, by=by)
    return made

"""A new client secret for an app, on the one page that ever shows it, and a line in the system log.

In the flow this connects two companies: whoever runs the app enters the secret there, and from then on the app
authenticates at the token endpoint (RFC 6749 §2.3.1). The former secret ends in the same moment.

Deliberately does not: keep two secrets alive beside each other, or give one to an app that signs with its key: it
would be only as safe as the secret (RFC 9700 §2.5).
"""

import hashlib
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from idp_mock import clock
from idp_mock.console.changes import By, StaleVersion, log_change
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import App
from idp_mock.directory.secrets import new_token_value
from idp_mock.systemlog.models import EVENT_SECRET

UNSURE: Final = "No secret was made: tick the box to say that whoever runs {name} waits for it."
STALE: Final = "No second secret was made: {name} got a new one since you opened the page. Only that one works."


@require_POST
@admins_only
@sensitive_variables("secret")
def new_secret(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    found = get_object_or_404(
        App, enterprise=visitor.enterprise, pk=pk, token_endpoint_auth_method=App.Authentication.SECRET
    )
    try:
        if request.POST.get("sure") != "yes":
            messages.error(request, UNSURE.format(name=found.name))
        else:
            by = By(visitor.person, clock.now())
            secret = replace_secret(found, known=request.POST.get("known", ""), by=by)
            return visitor.show(request, "admin/secret.html", here="apps", app=found, secret=secret)
    except StaleVersion:
        messages.error(request, STALE.format(name=found.name))
    return HttpResponseRedirect(
        reverse("app_tab", args=[visitor.enterprise.slug, found.pk, "sign-on"]), status=303
    )


@transaction.atomic
def replace_secret(app: App, *, known: str, by: By) -> str:
    """The new secret, if the present one is the ``known`` one: of a form sent twice, the second gets none."""
    locked = App.objects.select_for_update().get(pk=app.pk)
    if name_of_secret(locked) != known:
        raise StaleVersion
    secret = new_token_value()
    locked.set_secret(secret)
    locked.save()
    log_change(
        locked.enterprise,
        EVENT_SECRET,
        f"Client secret: {known} → {name_of_secret(locked)}",
        by=by,
        requesting_client_id=locked.client_id,
        requesting_app_name=locked.name,
    )
    return secret


def name_of_secret(app: App) -> str:
    """Eight characters that tell one secret from another, and nothing of either: a hash of what is stored."""
    return hashlib.sha256(app.secret_hash.encode()).hexdigest()[:8] if app.secret_hash else "none"

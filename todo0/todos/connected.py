"""The user's own view of the apps that act for her: what they did, which tokens still work, *Revoke now*.

In the flow nobody asked her for consent: her enterprise's admin decided. So this page shows what came of it.

Deliberately does not: promise more than it does. Revoking ends the tokens at once; whether an app may get a
new one is decided at the IdP, and the page says so.
"""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todo0.authserver.dot import AccessToken, Application
from todo0.todos.models import TodoChange

RECENT = 10


@require_safe
@login_required
@never_cache
def connected(request: HttpRequest) -> HttpResponse:
    by_apps = TodoChange.objects.filter(actor=request.user).exclude(client_name="")
    context = {
        "here": "connected",
        "apps": load_apps(request.user),
        "recent": by_apps.order_by("-pk")[:RECENT],
        "now": timezone.now(),
    }
    return render(request, "connected.html", context)


@require_POST
@login_required
def revoke(request: HttpRequest, application_id: int) -> HttpResponse:
    """Deletes the rows, so the very next call with such a token is refused (check A5; RFC 7009 §3).

    Only the apps on the page are there; trying numbers does not tell which others are registered.
    """
    apps = {app["application"].pk: app["application"] for app in load_apps(request.user)}
    if application_id not in apps:
        raise Http404("no app of this number has acted for you")
    application = apps[application_id]
    _, deleted = AccessToken.objects.filter(user=request.user, application=application).delete()
    count = deleted.get(AccessToken._meta.label, 0)
    messages.success(request, f"Revoked {count} access token{'' if count == 1 else 's'} of {application}.")
    return redirect("connected")


def load_apps(user: User) -> list[dict[str, Any]]:
    """The apps that did something for ``user`` or could do so now, the last used first."""
    live = defaultdict(list)
    tokens = AccessToken.objects.filter(user=user, expires__gt=timezone.now(), application__isnull=False)
    for token in tokens.select_related("origin").order_by("-expires"):
        live[token.application_id].append(token)
    used = TodoChange.objects.filter(actor=user, client__isnull=False).values("client")
    uses = {use["client"]: use for use in used.annotate(last_use=Max("at"), actions=Count("pk"))}
    apps = [
        {"application": application, "tokens": live[application.pk], **uses.get(application.pk, {})}
        for application in Application.objects.filter(pk__in=live.keys() | uses.keys())
    ]
    return sorted(apps, key=lambda app: (app.get("last_use") is None, app.get("last_use")), reverse=True)

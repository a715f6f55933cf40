"""The user's own view of the apps that act for her: what they did, which tokens still work, *Revoke now*.

In the flow nobody asked her for consent: her enterprise's admin decided. So this page shows what came of it, on
whose word each token stands, and for how long it works unless somebody ends it before: she here, or her enterprise
when it signs her out or suspends her (``todo0.federation.sign_out``).

Deliberately does not: promise more than it does. Revoking ends the tokens at once; whether an app may get a
new one is decided at the IdP, and the page says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
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
from todo0.federation.models import Connection, Membership
from todo0.todos.models import TodoChange

RECENT = 10


@require_safe
@login_required
@never_cache
def connected(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    by_apps = TodoChange.objects.filter(actor=request.user).exclude(client_name="")
    context = {
        "here": "connected",
        "apps": load_apps(request.user, now=now),
        "recent": by_apps.order_by("-pk")[:RECENT],
        "now": now,
    }
    return render(request, "connected.html", context)


@require_POST
@login_required
def revoke(request: HttpRequest, application_id: int) -> HttpResponse:
    """Deletes the rows, so the very next call with such a token is refused (check A5; RFC 7009 §3).

    Only the apps on the page are there; trying numbers does not tell which others are registered.
    """
    apps = {app["application"].pk: app["application"] for app in load_apps(request.user, now=timezone.now())}
    if application_id not in apps:
        raise Http404("no app of this number has acted for you")
    application = apps[application_id]
    _, deleted = AccessToken.objects.filter(user=request.user, application=application).delete()
    count = deleted.get(AccessToken._meta.label, 0)
    messages.success(request, f"Revoked {count} access token{'' if count == 1 else 's'} of {application}.")
    return redirect("connected")


def load_apps(user: User, *, now: datetime) -> list[dict[str, Any]]:
    """The apps that changed something for ``user`` or could do so now, the latest first. Five statements at most.

    When an app only read is not written down, which would cost every call of the API a statement. So no *last use*
    is told, but what is known: ``last_change``, and ``last_token``, when it came for the newest that still lives.
    """
    live = load_live_tokens(user, now=now)
    used = TodoChange.objects.filter(actor=user, client__isnull=False).values("client")
    uses = {use["client"]: use for use in used.annotate(last_change=Max("at"), actions=Count("pk"))}
    apps = []
    for application in Application.objects.filter(pk__in=live.keys() | uses.keys()):
        tokens, use = live[application.pk], uses.get(application.pk, {})
        last_token = max((each["token"].created for each in tokens), default=None)
        apps.append({"application": application, "tokens": tokens, "last_token": last_token, **use})
    return sorted(apps, key=latest, reverse=True)


def latest(app: dict[str, Any]) -> datetime:
    known: Iterable[datetime | None] = (app["last_token"], app.get("last_change"))
    return max(at for at in known if at)


def load_live_tokens(user: User, *, now: datetime) -> dict[int, list[dict[str, Any]]]:
    """By app, the longest-lived first: each with its ``seconds_left`` and whose ``word`` it stands on."""
    rows = AccessToken.objects.filter(user=user, expires__gt=now, application__isnull=False)
    tokens = list(rows.select_related("origin").order_by("-expires"))
    words = load_words(user, {token.origin.issuer for token in tokens if hasattr(token, "origin")})
    live = defaultdict(list)
    for token in tokens:
        word = words.get(token.origin.issuer) if hasattr(token, "origin") else None
        left = int((token.expires - now).total_seconds())
        live[token.application_id].append({"token": token, "seconds_left": left, "word": word})
    return live


def load_words(user: User, issuers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By issuer: what its connection is called here, and the ``organization`` that she is a member of by it."""
    if not issuers:
        return {}
    memberships = Membership.objects.filter(user=user, organization__connection__issuer__in=issuers)
    member_of = {
        one.organization.connection_id: one.organization for one in memberships.select_related("organization")
    }
    return {
        connection.issuer: {"name": connection.name, "organization": member_of.get(connection.pk)}
        for connection in Connection.objects.filter(issuer__in=issuers).only("issuer", "name")
    }

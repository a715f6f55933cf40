"""The signing keys as Carol sees them: their states, who has which, and what each change would break.

In the flow a key is announced first, signs later, and stays published until its last token has expired. The page
says for every step whom it would leave behind.
"""

import json
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from idp_mock import clock
from idp_mock.console.changes import By, StaleVersion
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
from idp_mock.keys.change import change_keys
from idp_mock.keys.fetches import AT_MOST
from idp_mock.keys.keystore import ALGORITHMS, RETIRING_PERIOD, KeyChangeRefused
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.keys.views import CACHE_SECONDS
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import EVENT_KEY_ANNOUNCED, EVENT_KEY_RETIRED, EVENT_KEY_ROTATION

RETIRED_SHOWN = 10
ROTATED = "Rotated. The announced keys sign from now on; the old ones stay published until their tokens expire."
ROTATED_HARD = "Rotated hard. No token signed before this moment is good any more, and apps fetch the new keys."
STALE = "Nothing was changed: somebody else changed the keys since you opened the page. Look again, then repeat."
ORDER = ["active", "next", "retiring", "retired"]


@require_safe
@admins_only
def keys(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    enterprise, now = visitor.enterprise, clock.now()
    known = load_keys(enterprise)
    announced = [key for key in known if key.status == "next"]
    return visitor.show(
        request,
        "admin/keys.html",
        here="keys",
        known=[describe(key, now=now) for key in known],
        algorithms=ALGORITHMS,
        fresh=[key for key in announced if (now - key.created_at).total_seconds() < CACHE_SECONDS],
        cache_seconds=CACHE_SECONDS,
        sessions=IdpSession.objects.filter(person__enterprise=enterprise, ended_at=None).count(),
        fetches=list(enterprise.key_fetches.order_by("-at")[:AT_MOST]),
        fetches_at_most=AT_MOST,
        jwks=json.dumps(keystore.load_jwks(enterprise), indent=2),
    )


def load_keys(enterprise: Enterprise) -> list[SigningKeyRecord]:
    """All that are published, and the newest of those that no longer are; without their private halves."""
    keys = enterprise.signing_keys.defer("private_pem").order_by("alg", "-pk")
    retired = keys.filter(status="retired").order_by("-retired_at")[:RETIRED_SHOWN]
    found = [*keys.exclude(status="retired"), *retired]
    return sorted(found, key=lambda key: ORDER.index(key.status))


def describe(key: SigningKeyRecord, *, now: datetime) -> dict[str, object]:
    """``until``: when the last token that it signed will have expired."""
    until = key.retiring_at + RETIRING_PERIOD if key.retiring_at else None
    return {"key": key, "until": until, "is_done": bool(until and until <= now)}


@require_POST
@admins_only
def announce_key(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    alg = request.POST.get("alg", "")
    if alg not in ALGORITHMS:
        messages.error(request, f"Choose one of {', '.join(ALGORITHMS)}.")
        return back(visitor)
    said = f"A new {alg} key is published. It signs nothing before a rotation."
    return carry_out(
        request,
        visitor,
        lambda enterprise, now: keystore.announce(enterprise, alg, now=now),
        EVENT_KEY_ANNOUNCED,
        said,
    )


@require_POST
@admins_only
def rotate_keys(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    hard = request.POST.get("how") == "hard"
    return carry_out(
        request,
        visitor,
        lambda enterprise, now: keystore.rotate(enterprise, now=now, hard=hard),
        EVENT_KEY_ROTATION,
        ROTATED_HARD if hard else ROTATED,
    )


@require_POST
@admins_only
def retire_key(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    key = get_object_or_404(SigningKeyRecord, enterprise=visitor.enterprise, pk=pk)

    def retire(enterprise: Enterprise, now: datetime) -> None:
        keystore.retire(SigningKeyRecord.objects.select_related("enterprise").get(pk=key.pk), now=now)

    said = f"The {key.alg} key {key.kid[:8]} is no longer published."
    return carry_out(request, visitor, retire, EVENT_KEY_RETIRED, said)


def carry_out(
    request: HttpRequest,
    visitor: Visitor,
    change: Callable[[Enterprise, datetime], None],
    event_type: str,
    said: str,
) -> HttpResponse:
    """Change the keys if they are as the admin saw them; say what happened, or why nothing did."""
    now = clock.now()
    try:
        change_keys(
            visitor.enterprise,
            lambda enterprise: change(enterprise, now),
            event_type,
            keyring=request.POST.get("keyring", ""),
            by=By(visitor.person, now),
        )
        messages.success(request, said)
    except StaleVersion:
        messages.error(request, STALE)
    except KeyChangeRefused as error:
        messages.error(request, f"Nothing was changed. {error}")
    return back(visitor)


def back(visitor: Visitor) -> HttpResponse:
    return HttpResponseRedirect(reverse("keys", args=[visitor.enterprise.slug]), status=303)

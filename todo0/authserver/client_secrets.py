"""Change a client's secret with an overlap: the new one works at once, the former one for a bounded while.

In the flow this is part of R1. Both are stored as hashes; the new one is returned once, to be shown once.

Deliberately does not: keep more than two secrets alive, or let an overlap last longer than a week. A secret that
is changed because somebody has copied it is changed without an overlap.
"""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Final

from django.utils import timezone

from todo0.authserver.models import RetiringSecret

OVERLAPS: Final = {0: "Not at all", 3600: "An hour", 86_400: "A day", 604_800: "A week"}
"""Seconds that the former secret goes on working."""


def rotate_secret(application: Any, *, overlap: int, at: datetime) -> str:
    """The new secret: 256 random bits, which nobody can read here again. Call it in a transaction."""
    end_former(application, at=at)
    if overlap:
        RetiringSecret.objects.create(
            application=application,
            secret_hash=application.client_secret,
            works_until=at + timedelta(seconds=overlap),
        )
    secret = token_urlsafe(32)
    application.client_secret = secret  # the toolkit hashes it as it saves
    application.save(update_fields=["client_secret", "updated"])
    return secret


def end_former(application: Any, *, at: datetime) -> None:
    RetiringSecret.objects.filter(application=application, works_until__gt=at).update(works_until=at)


def find_retiring(application: Any) -> RetiringSecret | None:
    """The former secret that still works; None when there is none, or no such client."""
    pk = getattr(application, "pk", None) or 0
    alive = RetiringSecret.objects.filter(application=pk, works_until__gt=timezone.now())
    return alive.order_by("-works_until").first()


def find_retiring_hash(application: Any) -> str:
    row = find_retiring(application)
    return row.secret_hash if row else ""

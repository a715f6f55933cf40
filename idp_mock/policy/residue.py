"""What still lives of what was issued: ID-JAGs that can be redeemed, and what resource apps gave for them.

In the flow an admin who suspends a person, or stops all cross app access, asks what can happen all the same. No
new ID-JAG is issued from the next request on. One that is out can be redeemed until it expires. An access token is
the resource app's, which ends it at once when it is told that the person signed out (``backchannel_logout``).

Deliberately does not: know how long a resource app's access tokens live. That is its own to say, and no metadata
says it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max, QuerySet

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.signin.events import APP_LOGOUT
from idp_mock.systemlog.models import EVENT_ID_JAG, Event

LOOKED_BACK: Final = timedelta(hours=1)
"""An access token outlives its ID-JAG, but not by much where RFC 7521 §4.1 is kept to."""


@dataclass(frozen=True)
class Residue:
    """Of one app at another: until when its last ID-JAG is good, and what the resource app hears of a sign-out.

    ``told`` is the entry of the system log of the last time that it was told of this person since; None: not yet.
    """

    requesting_app: str
    resource_app: str
    until: datetime
    is_redeemable: bool
    hears: bool
    told: Event | None = None


def load_residues_if_stopped(enterprise: Enterprise, *, now: datetime) -> list[Residue]:
    """Of everybody, the longest-lived first; nothing to say while nothing is stopped."""
    if not enterprise.cross_app_access_stopped_at:
        return []
    return _load(enterprise, issued_lately(enterprise, now=now), told={}, now=now)


def load_residues_of(person: Person, *, now: datetime) -> list[Residue]:
    issued = issued_lately(person.enterprise, now=now).filter(person_sub=person.sub)
    notices = person.enterprise.events.filter(
        event_type=APP_LOGOUT, person_sub=person.sub, at__gt=now - LOOKED_BACK
    )
    told = {event.requesting_client_id: event for event in notices.order_by("pk")}
    return _load(person.enterprise, issued, told=told, now=now)


def issued_lately(enterprise: Enterprise, *, now: datetime) -> QuerySet[Event]:
    return enterprise.events.filter(
        event_type=EVENT_ID_JAG,
        outcome=Event.Outcome.ALLOWED,
        at__gt=now - LOOKED_BACK,
        expires_at__isnull=False,
    )


def _load(
    enterprise: Enterprise, issued: QuerySet[Event], *, told: dict[str, Event], now: datetime
) -> list[Residue]:
    pairs = issued.values("requesting_app_name", "resource_app_name", "audience")
    apps = App.objects.filter(enterprise=enterprise, resource_app__isnull=False).select_related("resource_app")
    by_issuer = {app.resource_app.issuer: app for app in apps}
    residues = []
    for pair in pairs.annotate(until=Max("expires_at"), last_at=Max("at")).order_by("-until"):
        app = by_issuer.get(pair["audience"])
        notice = told.get(app.client_id) if app else None
        residues.append(
            Residue(
                pair["requesting_app_name"],
                pair["resource_app_name"],
                until=pair["until"],
                is_redeemable=pair["until"] > now,
                hears=bool(app and app.backchannel_logout_uri),
                told=notice if notice and notice.at >= pair["last_at"] else None,
            )
        )
    return residues

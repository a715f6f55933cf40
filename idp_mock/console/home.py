"""The admin's front page: what is connected, what was decided today, and which keys are on their way out."""

from datetime import datetime

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock import clock
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import Enterprise, Person
from idp_mock.keys.keystore import RETIRING_PERIOD
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.policy.matrix import describe
from idp_mock.policy.residue import load_residues_if_stopped
from idp_mock.systemlog.entries import CHANGES, tell
from idp_mock.systemlog.models import EVENT_ID_JAG, Event

CONNECTIONS_SHOWN = 12


@require_safe
@admins_only
def admin_home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    enterprise, now = visitor.enterprise, clock.now()
    connections = enterprise.connections.select_related("requesting_app", "resource_app__app")
    return visitor.show(
        request,
        "admin/home.html",
        here="home",
        counts=count_everything(enterprise, now=now),
        keys=count_keys(enterprise, now=now),
        residues=load_residues_if_stopped(enterprise, now=now),
        connections=[describe(each) for each in connections.prefetch_related("groups")[:CONNECTIONS_SHOWN]],
        latest=tell(enterprise.events.filter(event_type__in=(EVENT_ID_JAG, *CHANGES)).order_by("-pk")[:5]),
    )


def count_everything(enterprise: Enterprise, *, now: datetime) -> dict[str, int]:
    """One statement a table."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = enterprise.events.filter(at__gte=midnight, event_type=EVENT_ID_JAG)
    return {
        **today.aggregate(
            denied_today=Count("pk", filter=Q(outcome=Event.Outcome.DENIED)),
            allowed_today=Count("pk", filter=Q(outcome=Event.Outcome.ALLOWED)),
        ),
        **enterprise.connections.aggregate(
            connections=Count("pk"), connections_on=Count("pk", filter=Q(is_on=True))
        ),
        **enterprise.people.aggregate(
            people=Count("pk"), suspended=Count("pk", filter=Q(status=Person.Status.SUSPENDED))
        ),
        "apps": enterprise.apps.count(),
    }


def count_keys(enterprise: Enterprise, *, now: datetime) -> dict[str, int]:
    """``done``: retiring keys that no good token needs any more, so that they can go."""
    retiring = Q(status=SigningKeyRecord.Status.RETIRING)
    return enterprise.signing_keys.aggregate(
        signing=Count("pk", filter=Q(status=SigningKeyRecord.Status.ACTIVE)),
        announced=Count("pk", filter=Q(status=SigningKeyRecord.Status.NEXT)),
        retiring=Count("pk", filter=retiring),
        done=Count("pk", filter=retiring & Q(retiring_at__lte=now - RETIRING_PERIOD)),
    )

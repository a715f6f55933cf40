"""The admin's front page: what is connected, and what was decided today."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock import clock
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.entries import tell
from idp_mock.systemlog.models import EVENT_CONNECTION, EVENT_ID_JAG, Event


@require_safe
@admins_only
def admin_home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    enterprise = visitor.enterprise
    return visitor.show(
        request,
        "admin/home.html",
        counts=count_everything(enterprise, now=clock.now()),
        here="home",
        latest=tell(enterprise.events.filter(event_type__in=(EVENT_ID_JAG, EVENT_CONNECTION)).order_by("-pk")[:5]),
    )


def count_everything(enterprise: Enterprise, *, now: datetime) -> dict[str, int]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = enterprise.events.filter(at__gte=midnight, event_type=EVENT_ID_JAG)
    return {
        "connections": enterprise.connections.count(),
        "connections_on": enterprise.connections.filter(is_on=True).count(),
        "denied_today": today.filter(outcome=Event.Outcome.DENIED).count(),
        "allowed_today": today.filter(outcome=Event.Outcome.ALLOWED).count(),
        "people": enterprise.people.count(),
        "suspended": enterprise.people.exclude(status="active").count(),
        "apps": enterprise.apps.count(),
    }

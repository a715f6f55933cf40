"""The employee's front page: her apps, and which of them act for her at which other.

In the flow this is what replaces the consent screen's memory: the person did not click anything away, so she is
shown what her company allows in her name, and when it last did. For how long and for what an app uses it, the IdP
is not told.

Deliberately does not: offer a switch. The connection is the company's; whom to ask is said instead.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Exists, Max, OuterRef
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock.console.gate import Visitor, employees_only
from idp_mock.directory.models import App, Person
from idp_mock.policy.decide import allowed_scopes
from idp_mock.policy.models import CrossAppConnection
from idp_mock.systemlog.models import EVENT_ID_JAG, Event


@dataclass(frozen=True)
class ActingApp:
    """One app that acts for the person at another."""

    connection: CrossAppConnection
    may: tuple[tuple[str, str], ...]
    """Each scope, and what it lets the app do."""
    last_allowed_at: datetime | None


@require_safe
@employees_only
def dashboard(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    return visitor.show(
        request,
        "dashboard/dashboard.html",
        tiles=[{"app": app, "url": home_of(app)} for app in load_apps(visitor.person)],
        acting=load_acting_apps(visitor.person),
        admins=visitor.enterprise.people.filter(is_admin=True, status=Person.Status.ACTIVE).order_by("name")[:3],
    )


def load_apps(person: Person) -> list[App]:
    return list(
        App.objects.filter(assigned_groups__people=person).exclude(redirect_uris=[]).distinct().order_by("name")
    )


def load_acting_apps(person: Person) -> list[ActingApp]:
    """The connections by which an exchange for ``person`` would be granted today: what I7, I9 and I10 ask."""
    if person.enterprise.cross_app_access_stopped_at:
        return []
    allowed = last_allowed(person)
    return [
        ActingApp(
            connection,
            tuple((scope, connection.resource_app.words_for(scope)) for scope in allowed_scopes(connection)),
            allowed.get((connection.requesting_app.client_id, connection.resource_app.issuer)),
        )
        for connection in (
            person.enterprise.connections.select_related("requesting_app", "resource_app__app")
            .filter(
                Exists(assignment(person, "requesting_app")),
                Exists(assignment(person, "resource_app__app")),
                is_on=True,
                groups__people=person,
            )
            .distinct()
        )
    ]


def assignment(person: Person, app: str) -> object:
    return App.assigned_groups.through.objects.filter(app=OuterRef(app), group__people=person)


def last_allowed(person: Person) -> dict[tuple[str, str], datetime]:
    rows = (
        Event.objects.filter(
            enterprise=person.enterprise,
            person_sub=person.sub,
            event_type=EVENT_ID_JAG,
            outcome=Event.Outcome.ALLOWED,
        )
        .values_list("requesting_client_id", "audience")
        .annotate(last=Max("at"))
    )
    return {(client_id, audience): last for client_id, audience, last in rows}


def home_of(app: App) -> str:
    """Where the app lives: the origin that its first registered address names."""
    parts = urlsplit(app.redirect_uris[0])
    return f"{parts.scheme}://{parts.netloc}/"

"""How one person and one requesting app stand towards one audience: all of policy's facts, in one statement.

In the flow, token exchange asks this once, between knowing the person and judging the request, because each
question to the database costs more than the signature does.

Deliberately does not: judge. Absent rows stay absent (``None``), and ``decide.py`` says what that means.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, FilteredRelation, IntegerField, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from idp_mock.directory.models import App, Group, Person
from idp_mock.policy.models import CrossAppConnection, ResourceApp
from idp_mock.systemlog.models import EVENT_ID_JAG, Event


@dataclass(frozen=True)
class Standing:
    may_use_requesting_app: bool
    resource_app: ResourceApp | None
    may_use_resource_app: bool
    connection: CrossAppConnection | None
    is_in_groups: bool
    issued_this_month: int
    """Where the connection has a quota, and else 0, since nobody counts."""


def load_standing(*, person: Person, app: App, audience: str, now: datetime) -> Standing:
    """LEFT JOINs from the person, who exists, to what may not: the resource app, and the connection to it.

    The enterprise is the person's. No value of the request says whose rows are read (ID-JAG §6.1). How much of a
    quota is used the system log knows: no ID-JAG goes out that is not in there.
    """
    issued = Event.objects.filter(
        enterprise=OuterRef("enterprise"),
        person_sub=OuterRef("sub"),
        at__gte=first_of_month(now),
        event_type=EVENT_ID_JAG,
        outcome=Event.Outcome.ALLOWED,
        audience=audience,
    )
    # The numbers say more than the rows only where somebody has thinned out the log.
    count = Greatest(Count("pk"), Coalesce(Max("quota_number"), 0), output_field=IntegerField())
    used = Subquery(issued.order_by().values("person_sub").annotate(n=count).values("n"))
    hers = Group.objects.filter(people=OuterRef("pk"))
    row = (
        Person.objects.filter(pk=person.pk)
        .annotate(
            target=FilteredRelation(
                "enterprise__resource_apps", condition=Q(enterprise__resource_apps__issuer=audience)
            ),
            link=FilteredRelation("target__connections", condition=Q(target__connections__requesting_app=app)),
            uses_app=Exists(hers.filter(apps=app)),
            uses_target=Exists(hers.filter(apps=OuterRef("target__app"))),
            is_in_groups=Exists(hers.filter(connections=OuterRef("link"))),
            issued=Case(When(link__monthly_quota__isnull=False, then=used)),  # else nobody counts
        )
        .select_related("enterprise", "target__app__service_provider", "link")
        .get()
    )
    target, link = getattr(row, "target", None), getattr(row, "link", None)
    if target is not None:
        target.app.enterprise = row.enterprise  # that of every row here
    if link is not None:
        link.resource_app = target  # the same row, already here
    return Standing(
        may_use_requesting_app=row.uses_app,
        resource_app=target,
        may_use_resource_app=row.uses_target,
        connection=link,
        is_in_groups=row.is_in_groups,
        issued_this_month=row.issued or 0,
    )


def first_of_month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

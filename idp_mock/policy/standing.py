"""How one person and one requesting app stand towards one audience: all of policy's facts, in one statement.

In the flow, token exchange asks this once, between knowing the person and judging the request, because each
question to the database costs more than the signature does.

Deliberately does not: judge. Absent rows stay absent (``None``), and ``decide.py`` says what that means.
"""

from dataclasses import dataclass

from django.db.models import Exists, FilteredRelation, OuterRef, Q

from idp_mock.directory.models import App, Group, Person
from idp_mock.policy.models import CrossAppConnection, ResourceApp


@dataclass(frozen=True)
class Standing:
    may_use_requesting_app: bool
    resource_app: ResourceApp | None
    may_use_resource_app: bool
    connection: CrossAppConnection | None
    is_in_groups: bool


def load_standing(*, person: Person, app: App, audience: str) -> Standing:
    """LEFT JOINs from the person, who exists, to what may not: the resource app, and the connection to it.

    The enterprise is the person's. No value of the request says whose rows are read (ID-JAG §6.1).
    """
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
    )

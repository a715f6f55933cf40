"""What a change of terms would do to people: who could be acted for with more than today, and who with less.

In the flow this is what the admin reads before she saves, and what she is told when she has. It asks of
everybody at once what checks I7, I9, I10, I12 and I14 ask of one person at an exchange.

Deliberately does not: look at sign-ins. How fresh one has to be takes nothing from anybody who signs in again.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from idp_mock.directory.models import App, Group, Person
from idp_mock.policy.decide import allowed_resources, allowed_scopes
from idp_mock.policy.models import CrossAppConnection, ResourceApp

NAMED = 10
"""People named on a page; the rest are a number."""


@dataclass(frozen=True)
class Reach:
    """For whom a connection gives what: members of ``groups``, once assigned to both apps, get ``scopes``."""

    groups: frozenset[int]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Shift:
    """Some people, and what each of the first few of them gains or loses, in words."""

    count: int
    named: tuple[tuple[str, str], ...]

    @property
    def unnamed(self) -> int:
        return self.count - len(self.named)


@dataclass(frozen=True)
class Effect:
    gains: Shift
    losses: Shift

    @property
    def summary(self) -> str:
        """``2 people gain, 1 loses``."""
        gain, lose = self.gains.count, self.losses.count
        if not (gain or lose):
            return "Nobody gains or loses anything"
        told = [f"{people(gain)} {'gains' if gain == 1 else 'gain'}"] if gain else []
        number = str(lose) if gain else people(lose)
        told += [f"{number} {'loses' if lose == 1 else 'lose'}"] if lose else []
        return ", ".join(told)


def people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


def reach_of(connection: CrossAppConnection, groups: Collection[Group]) -> Reach:
    """What the terms give. A connection that is off, or could name no client or no API, gives nothing."""
    has_client_id = connection.client_id_at_resource_as or connection.client_ids_by_tenant
    has_api = allowed_resources(connection) or connection.resource_condition == "any"
    works = connection.is_on and has_client_id and has_api
    scopes = allowed_scopes(connection) if works else ()
    return Reach(frozenset(group.pk for group in groups) if scopes else frozenset(), scopes)


def foresee(connection: CrossAppConnection, before: Reach, after: Reach) -> Effect:
    """Two counts and two short lists, however many people there are."""
    rows = find_people(connection, before.groups, after.groups)
    target = connection.resource_app
    return Effect(
        shift(rows, target, had="is_in_before", gets="is_in_after", old=before.scopes, new=after.scopes),
        shift(rows, target, had="is_in_after", gets="is_in_before", old=after.scopes, new=before.scopes),
    )


def find_people(
    connection: CrossAppConnection, before: Collection[int], after: Collection[int]
) -> QuerySet[Person]:
    """Active people assigned to both apps, with whether the groups before and after have them."""
    hers = Group.objects.filter(people=OuterRef("pk"))
    return Person.objects.filter(
        Exists(assigned_to(connection.requesting_app)),
        Exists(assigned_to(connection.resource_app.app)),
        enterprise=connection.enterprise_id,
        status=Person.Status.ACTIVE,
    ).annotate(
        is_in_before=Exists(hers.filter(pk__in=before)),
        is_in_after=Exists(hers.filter(pk__in=after)),
    )


def assigned_to(app: App) -> QuerySet[Group]:
    return Group.objects.filter(people=OuterRef("pk"), apps=app)


def shift(
    rows: QuerySet[Person],
    target: ResourceApp,
    *,
    had: str,
    gets: str,
    old: Collection[str],
    new: Collection[str],
) -> Shift:
    """Who gets something new: everybody whom the terms newly reach, and the others if there are more scopes."""
    more = [scope for scope in new if scope not in old]
    reached = rows.filter(**{gets: True}) if new else rows.none()
    changed = reached if more else reached.filter(Q(**{had: False}))
    named = changed.order_by("name", "pk").values_list("name", had)[:NAMED]
    told = tuple((name, tell(target, more if already else new)) for name, already in named)
    return Shift(changed.count(), told)


def tell(target: ResourceApp, scopes: Collection[str]) -> str:
    return "; ".join(target.words_for(scope) for scope in scopes)

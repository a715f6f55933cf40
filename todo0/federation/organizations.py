"""Organizations: the people of one connection as members, and clients that act for members alone.

In the flow this is the end of check R12. Whoever signs in by the connection becomes a member; when an app comes
with an ID-JAG for her, the access token carries the organization's ``org_id``. A client may want more: then
whoever is no member already is refused, also where an ID-JAG could make her an account (the seed's own rule).

What an ID-JAG needs of it is read in the statement that reads the person.

Deliberately does not: let an ID-JAG choose. The connection has one organization, and no claim names another.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery

from todo0.authserver.models import OrganizationRequirement
from todo0.console.changes import Kind, Terms
from todo0.federation.models import Membership, Organization
from xaa.jwt_bearer.presented import IdJag, IdJagRejected

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Standing:
    """``org_id`` is that of the organization that she is a member of by this IdP, or None."""

    org_id: str | None
    wants_member: bool


def with_standing(rows: QuerySet[Row], *, issuer: str, client_id: str) -> QuerySet[Row]:
    """``rows``, which have a ``user``, each with her ``org_id`` and whether ``client_id`` ``wants_member``."""
    membership = Membership.objects.filter(user=OuterRef("user"), organization__connection__issuer=issuer)
    return rows.annotate(
        org_id=Subquery(membership.values("organization__org_id")[:1]),
        wants_member=Exists(requirement_of(client_id)),
    )


def standing_of(user: AbstractUser, id_jag: IdJag) -> Standing:
    """The same for an account that was made just now."""
    rows = Membership.objects.filter(user=user, organization__connection__issuer=id_jag.issuer)
    org_id = rows.values_list("organization__org_id", flat=True).first()
    return Standing(org_id, requirement_of(id_jag.client_id).exists())


def act_as_member(user: AbstractUser, standing: Standing, id_jag: IdJag) -> AbstractUser:
    """``user``, who knows in whose name she acts (``access_tokens.organization_of``); refused if she must."""
    if standing.wants_member and not standing.org_id:
        raise IdJagRejected(f"organization: expected a member, as {id_jag.client_id} wants, found none")
    user.org_id = standing.org_id  # type: ignore[attr-defined]
    return user


def check_newcomer(id_jag: IdJag) -> None:
    """A newcomer is no member *already*: no account is made for a client that wants one."""
    if requirement_of(id_jag.client_id).exists():
        raise IdJagRejected(f"organization: expected a member, as {id_jag.client_id} wants, found a newcomer")


def requirement_of(client_id: str) -> QuerySet[OrganizationRequirement]:
    return OrganizationRequirement.objects.filter(application__client_id=client_id)


def join_organization(user: Any, issuer: str) -> None:
    found = Organization.objects.filter(connection__issuer=issuer, joins_on_sign_in=True).first()
    if found:
        Membership.objects.get_or_create(organization=found, user=user)


LABELS: Final = {"name": "Name", "joins_on_sign_in": "Members by sign-in", "members": "Members"}


def describe(organization: Organization) -> dict[str, Any]:
    return {
        "name": organization.name,
        "joins_on_sign_in": organization.joins_on_sign_in,
        "members": organization.memberships.count(),
    }


def write(organization: Organization, terms: Terms) -> None:
    organization.name = terms.get("name", organization.name)
    organization.joins_on_sign_in = terms.get("joins_on_sign_in", organization.joins_on_sign_in)
    organization.save()


ORGANIZATION: Final = Kind("organization", Organization, LABELS, describe, write)

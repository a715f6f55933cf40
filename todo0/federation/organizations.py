"""Organizations: people of a connection as members, and clients that act for members alone.

In the flow this is the end of check R12. Whoever signs in by the connection becomes a member; when an app comes
with an ID-JAG for her, the access token carries the organization's ``org_id``. A client may want more: then
whoever is no member already is refused, also where an ID-JAG could make her an account (the seed's own rule).

A connection has one organization, as at Auth0, and then no claim of an ID-JAG is asked. It may be allowed
several: then a redemption is in the one that ``aud_tenant`` names, and else in the one that is left when her
memberships and the client's organizations are laid over one another. Two that are left are a refusal, never a
choice of ours (docs/decisions/0013).

What an ID-JAG needs of it is read in the statement that reads the person.

Deliberately does not: let an ID-JAG name another connection's organization, or one that she is no member of.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery

from stage.kit.changes import NotUndoable
from todo0.authserver.models import OrganizationRequirement
from todo0.console.changes import Kind, Terms
from todo0.federation.connections import TrustedConnection
from todo0.federation.models import Membership, Organization
from xaa.jwt_bearer.presented import IdJag, IdJagRejected

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Standing:
    """``org_id`` is that of an organization that she may be in here, or None; ``other`` that of a second one."""

    org_id: str | None
    other: str | None
    wants_member: bool


def with_standing(rows: QuerySet[Row], id_jag: IdJag) -> QuerySet[Row]:
    """``rows``, which have a ``user``, each with what ``Standing`` holds."""
    hers = memberships_that_count(id_jag).filter(user=OuterRef("user")).values("organization__org_id")
    return rows.annotate(
        org_id=Subquery(hers[:1]), other_org_id=Subquery(hers[1:2]), wants_member=Exists(requirement_of(id_jag))
    )


def standing_in(row: Any) -> Standing:
    return Standing(row.org_id, row.other_org_id, row.wants_member)


def standing_of(user: AbstractUser, id_jag: IdJag) -> Standing:
    """The same for an account that was made just now."""
    hers = memberships_that_count(id_jag).filter(user=user).values_list("organization__org_id", flat=True)[:2]
    first, second = (*hers, None, None)[:2]
    return Standing(first, second, requirement_of(id_jag).exists())


def memberships_that_count(id_jag: IdJag) -> QuerySet[Membership]:
    """In the connection's organizations, in those that the client is held to, and in the one that is named."""
    rows = Membership.objects.filter(organization__connection__issuer=id_jag.issuer).order_by("pk")
    held_to = OrganizationRequirement.organizations.through.objects.filter(
        organizationrequirement__application__client_id=id_jag.client_id
    )
    rows = rows.filter(Exists(held_to.filter(organization=OuterRef("organization"))) | ~Exists(held_to))
    named = named_organization(id_jag)
    return rows if named is None else rows.filter(organization__org_id=named)


def named_organization(id_jag: IdJag) -> str | None:
    """What ``aud_tenant`` says, where the connection has several organizations; else nobody asks it."""
    trusted, named = id_jag.trusted, id_jag.claims.get("aud_tenant")
    if named is None or not (isinstance(trusted, TrustedConnection) and trusted.several_organizations):
        return None
    return named if isinstance(named, str) and named.isprintable() else ""


def act_as_member(user: AbstractUser, standing: Standing, id_jag: IdJag) -> AbstractUser:
    """``user``, who knows in whose name she acts (``access_tokens.organization_of``); refused if nobody knows."""
    if standing.other:
        raise IdJagRejected("organization: expected one, or an aud_tenant that names one of hers, found several")
    if not standing.org_id and (named := named_organization(id_jag)) is not None:
        raise IdJagRejected(f"organization: expected aud_tenant to name one of hers, found {named!r:.80}")
    if standing.wants_member and not standing.org_id:
        raise IdJagRejected(f"organization: expected a member, as {id_jag.client_id} wants, found none")
    user.org_id = standing.org_id  # type: ignore[attr-defined]
    return user


def check_newcomer(id_jag: IdJag) -> None:
    """A newcomer is no member *already*: no account is made for a client that wants one, or for a named one.

    She joins the organization that is joined by signing in, and only that one may be named.
    """
    if requirement_of(id_jag).exists():
        raise IdJagRejected(f"organization: expected a member, as {id_jag.client_id} wants, found a newcomer")
    named = named_organization(id_jag)
    if named is not None and not joined_by_sign_in(id_jag.issuer).filter(org_id=named).exists():
        raise IdJagRejected(f"organization: expected aud_tenant to name one of hers, found {named!r:.80}")


def requirement_of(id_jag: IdJag) -> QuerySet[OrganizationRequirement]:
    return OrganizationRequirement.objects.filter(application__client_id=id_jag.client_id)


def joined_by_sign_in(issuer: str) -> QuerySet[Organization]:
    return Organization.objects.filter(connection__issuer=issuer, joins_on_sign_in=True)


def join_organization(user: Any, issuer: str) -> None:
    found = joined_by_sign_in(issuer).first()
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
    others = joined_by_sign_in(organization.connection.issuer).exclude(pk=organization.pk)
    if organization.joins_on_sign_in and others.exists():
        raise NotUndoable("Another organization is joined by signing in, and one alone is.")
    organization.save()


ORGANIZATION: Final = Kind("organization", Organization, LABELS, describe, write)

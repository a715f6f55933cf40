"""Organizations: members by sign-in, ``org_id`` in their tokens, and clients that act for members alone."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stage.kit import people
from tests.todo0.conftest import ACME, Call, Redeem, id_jag, post_form, secret_of, user_of
from tests.todo0.console_side import submit, text_of
from todo0.assertions.models import Redemption
from todo0.console.models import Change
from todo0.federation.models import Connection, Membership, Organization
from todo0.federation.organizations import join_organization
from xaa import jose
from xaa.jwt_bearer.models import CrossAppClient


@pytest.fixture
def acme_org(seeded: None) -> Organization:
    return Organization.objects.get(connection__slug="acme")


@pytest.fixture
def agent0_wants_members(admin: Client) -> None:
    client = CrossAppClient.objects.get(application__client_id="agent0-at-todo0")
    address = f"/admin/clients/{client.pk}"
    assert submit(admin, admin.get(address), address, requires_organization="on").status_code == 303


def claims_of(answer: HttpResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    return dict(jose.peek(answer.json()["access_token"]).unverified_claims)


def page_of(admin: Client, organization: Organization) -> HttpResponse:
    return admin.get(f"/admin/connections/{organization.connection_id}/organization")


def remove(admin: Client, organization: Organization, user: User) -> HttpResponse:
    address = f"/admin/connections/{organization.connection_id}/organization/leave"
    return submit(admin, page_of(admin, organization), address, user=str(user.pk))


def test_a_members_access_token_says_in_whose_name_she_acts(redeem: Redeem, acme_org: Organization) -> None:
    answer = redeem(id_jag())
    assert claims_of(answer)["org_id"] == acme_org.org_id
    form = {"token": answer.json()["access_token"], "client_id": "agent0-at-todo0"}
    told = post_form("/oauth/introspect", form | {"client_secret": secret_of("agent0-at-todo0")})
    assert told.json()["org_id"] == acme_org.org_id


def test_somebody_who_is_no_member_acts_in_her_own_name(
    redeem: Redeem, acme_org: Organization, alice: User
) -> None:
    Membership.objects.filter(user=alice).delete()
    assert "org_id" not in claims_of(redeem(id_jag()))


def test_membership_is_of_the_connection_that_vouches(redeem: Redeem, alice: User, acme_org: Organization) -> None:
    """Member of another customer's organization: that is no business of Acme's ID-JAG."""
    globex = Connection.objects.create(
        slug="globex", name="Globex", issuer="https://globex.example", client_id="x", client_secret_sealed="x"
    )
    theirs = Organization.objects.create(connection=globex, name="Globex")
    Membership.objects.filter(user=alice).delete()
    Membership.objects.create(organization=theirs, user=alice)
    assert "org_id" not in claims_of(redeem(id_jag()))


def test_it_costs_no_statement_more(redeem: Redeem, agent0_wants_members: None) -> None:
    redeem(id_jag())
    with CaptureQueriesContext(database) as statements:
        assert redeem(id_jag()).status_code == 200
    assert len(statements) <= 9


def test_a_client_that_requires_an_organization_is_refused_for_whoever_is_no_member_already(
    redeem: Redeem, alice: User, agent0_wants_members: None
) -> None:
    assert redeem(id_jag()).status_code == 200
    Membership.objects.filter(user=alice).delete()
    answer = redeem(id_jag())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "User not found" not in answer.content.decode(), "she is known; nothing else is said"
    row = Redemption.objects.order_by("-pk").first()
    assert (row.refused_by, "expected a member" in row.reason) == ("R12", True)
    join_organization(alice, ACME)
    assert redeem(id_jag()).status_code == 200


def test_no_newcomer_is_a_member_already(redeem: Redeem, agent0_wants_members: None) -> None:
    Connection.objects.update(jit_accounts=True)
    accounts = User.objects.count()
    assert redeem(id_jag(sub=people.DAN.sub)).status_code == 400
    assert User.objects.count() == accounts
    evil0 = {"client_id": "evil0-at-todo0"}
    answer = redeem(id_jag(sub=people.DAN.sub, **evil0), **evil0)
    assert "org_id" in claims_of(answer), "for another client he joins, as his first sign-in would make him"


def test_who_signs_in_becomes_a_member_unless_that_is_off(bob: User, acme_org: Organization) -> None:
    Membership.objects.all().delete()
    join_organization(bob, ACME)
    join_organization(bob, ACME)
    assert Membership.objects.get().user == bob
    Membership.objects.all().delete()
    Organization.objects.update(joins_on_sign_in=False)
    join_organization(bob, ACME)
    assert not Membership.objects.exists()


def test_the_seeds_people_are_members_and_dan_is_none(seeded: None, acme_org: Organization) -> None:
    members = {membership.user for membership in acme_org.memberships.all()}
    assert members == {user_of(people.ALICE), user_of(people.BOB)}


def test_removing_a_member_ends_what_apps_hold_for_her(
    admin: Client, acme_org: Organization, alice: User, call: Call
) -> None:
    assert call("GET", "/todos").status_code == 200
    assert "Alice Anders" in text_of(page_of(admin, acme_org))
    assert remove(admin, acme_org, alice).status_code == 303
    assert call("GET", "/todos").status_code == 401
    page = text_of(page_of(admin, acme_org))
    assert "Members: 2 → 1" in page
    assert remove(admin, acme_org, alice).status_code == 404, "twice"


def test_a_connection_has_one_organization(admin: Client, acme_org: Organization) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.create(connection=acme_org.connection, name="Second")
    own = Connection.objects.get(slug="todo0-inc")
    address = f"/admin/connections/{own.pk}/organization"
    stale = admin.get(address)
    assert submit(admin, stale, address, name="Todo0").status_code == 303
    submit(admin, stale, address, name="Again")
    assert Organization.objects.get(connection=own).name == "Todo0", "made once; the second form was out of date"
    assert Change.objects.get().after["name"] == "Todo0"
    assert submit(admin, admin.get(address), address, name="Todo0 Inc.").status_code == 303
    assert Organization.objects.get(connection=own).name == "Todo0 Inc."

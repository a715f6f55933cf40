"""Organizations: members by sign-in, ``org_id`` in their tokens, and clients that act for members alone."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stage.kit import people
from stage.kit.changes import NotUndoable
from tests.todo0.conftest import ACME, Call, Redeem, id_jag, post_form, secret_of, user_of
from tests.todo0.console_side import submit, text_of
from todo0.assertions.models import Redemption
from todo0.console.changes import By
from todo0.console.models import Change
from todo0.federation.models import Connection, Membership, Organization
from todo0.federation.organizations import join_organization
from todo0.federation.organizations_page import make_organization
from todo0.presets.rules import PRESETS
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


def address_of(organization: Organization) -> str:
    return f"/admin/connections/{organization.connection_id}/organizations/{organization.pk}"


def page_of(admin: Client, organization: Organization) -> HttpResponse:
    return admin.get(address_of(organization))


def remove(admin: Client, organization: Organization, user: User) -> HttpResponse:
    address = f"{address_of(organization)}/leave"
    return submit(admin, page_of(admin, organization), address, user=str(user.pk))


def join(admin: Client, organization: Organization, user: User) -> HttpResponse:
    return submit(admin, page_of(admin, organization), f"{address_of(organization)}/join", user=str(user.pk))


def add(admin: Client, connection: Connection, name: str, **changed: Any) -> HttpResponse:
    address = f"/admin/connections/{connection.pk}/organizations"
    return submit(admin, admin.get(address), address, name=name, **changed)


def allow_several(admin: Client, connection: Connection, value: str | None = "on", **changed: Any) -> HttpResponse:
    address = f"/admin/connections/{connection.pk}"
    return submit(admin, admin.get(address), address, several_organizations=value, **changed)


@pytest.fixture
def second(admin: Client, acme_org: Organization) -> Organization:
    """Another one of Acme's people, which nobody is in yet."""
    assert allow_several(admin, acme_org.connection).status_code == 303
    assert add(admin, acme_org.connection, "Acme Labs").status_code == 303
    return Organization.objects.get(name="Acme Labs")


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
    acme, own = acme_org.connection, Connection.objects.get(slug="todo0-inc")
    address = f"/admin/connections/{own.pk}/organizations"
    stale = admin.get(address)
    assert submit(admin, stale, address, name="Todo0").status_code == 303
    assert submit(admin, stale, address, name="Again").status_code == 409
    assert Organization.objects.get(connection=own).name == "Todo0", "made once; the second form was out of date"
    assert Change.objects.get().after["name"] == "Todo0"
    assert "may allow several" in text_of(admin.get(f"/admin/connections/{acme.pk}/organizations"))
    with pytest.raises(NotUndoable):
        make_organization(acme, "Second", joins=False, by=By(timezone.now()))
    assert {PRESETS[name].connection["several_organizations"] for name in PRESETS if name != "todo0"} == {False}


# ---- several, where the connection's terms allow it


def reason() -> str:
    row = Redemption.objects.order_by("-pk").first()
    return f"{row.refused_by} {row.reason}"


def test_of_several_a_redemption_is_in_the_one_that_she_is_a_member_of(
    admin: Client, redeem: Redeem, alice: User, acme_org: Organization, second: Organization
) -> None:
    assert claims_of(redeem(id_jag()))["org_id"] == acme_org.org_id
    assert join(admin, second, alice).status_code == 303
    remove(admin, acme_org, alice)
    assert claims_of(redeem(id_jag()))["org_id"] == second.org_id
    remove(admin, second, alice)
    assert "org_id" not in claims_of(redeem(id_jag()))


def test_a_member_of_two_is_refused_until_the_id_jag_names_one(
    admin: Client, redeem: Redeem, alice: User, acme_org: Organization, second: Organization
) -> None:
    join(admin, second, alice)
    answer = redeem(id_jag())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert reason() == "R12 organization: expected one, or an aud_tenant that names one of hers, found several"
    for named in (acme_org, second):
        assert claims_of(redeem(id_jag(aud_tenant=named.org_id)))["org_id"] == named.org_id


@pytest.mark.spec("TN-08")
@pytest.mark.parametrize("named", ["org_of_nobody", "", "x\x00", 7, ["a"]])
def test_an_id_jag_names_no_organization_that_she_is_no_member_of(
    admin: Client, redeem: Redeem, alice: User, second: Organization, named: object
) -> None:
    assert redeem(id_jag(aud_tenant=named)).status_code == 400
    assert reason().startswith("R12 organization: expected aud_tenant to name one of hers")
    assert redeem(id_jag(aud_tenant=second.org_id)).status_code == 400, "Acme's, and she is not in it"
    assert redeem(id_jag()).status_code == 200


@pytest.mark.spec("TN-08")
def test_no_issuer_names_another_customers_organization(
    admin: Client, redeem: Redeem, alice: User, second: Organization
) -> None:
    globex = Connection.objects.create(
        slug="globex", name="Globex", issuer="https://globex.example", client_id="x", client_secret_sealed="x"
    )
    theirs = Organization.objects.create(connection=globex, name="Globex")
    Membership.objects.create(organization=theirs, user=alice)
    assert redeem(id_jag(aud_tenant=theirs.org_id)).status_code == 400
    assert "org_id" in claims_of(redeem(id_jag())), "and it makes nothing of hers ambiguous"


def test_the_clients_organizations_may_tell_which_is_meant(
    admin: Client, redeem: Redeem, alice: User, acme_org: Organization, second: Organization
) -> None:
    join(admin, second, alice)
    client = CrossAppClient.objects.get(application__client_id="agent0-at-todo0")
    address = f"/admin/clients/{client.pk}"
    wrong = submit(admin, admin.get(address), address, organizations=[second.org_id])
    assert (wrong.status_code, "for members alone" in text_of(wrong)) == (400, True)
    held = {"requires_organization": "on", "organizations": [second.org_id]}
    assert submit(admin, admin.get(address), address, **held).status_code == 303
    assert claims_of(redeem(id_jag()))["org_id"] == second.org_id
    assert redeem(id_jag(aud_tenant=acme_org.org_id)).status_code == 400, "of which this client is not"
    evil0 = {"client_id": "evil0-at-todo0"}
    assert redeem(id_jag(**evil0), **evil0).status_code == 400, "of which nothing is said, so two are left"
    remove(admin, second, alice)
    assert redeem(id_jag()).status_code == 400
    assert "expected a member" in reason()
    change = Change.objects.filter(kind="client").latest("pk")
    assert change.after["organizations"] == [second.org_id]
    submit(admin, admin.get(address), f"{address}/undo/{change.pk}")
    assert claims_of(redeem(id_jag()))["org_id"] == acme_org.org_id


def test_where_there_is_one_nobody_asks_the_claim(redeem: Redeem, acme_org: Organization) -> None:
    """As Auth0, which does not know it."""
    assert claims_of(redeem(id_jag(aud_tenant="whatever")))["org_id"] == acme_org.org_id


def test_a_newcomer_joins_what_is_joined_by_signing_in_and_no_other(
    admin: Client, redeem: Redeem, acme_org: Organization, second: Organization
) -> None:
    Connection.objects.update(jit_accounts=True)
    accounts = User.objects.count()
    assert redeem(id_jag(sub=people.DAN.sub, aud_tenant=second.org_id)).status_code == 400
    assert User.objects.count() == accounts, "no account is left behind by a refusal"
    answer = redeem(id_jag(sub=people.DAN.sub, aud_tenant=acme_org.org_id))
    assert claims_of(answer)["org_id"] == acme_org.org_id


def test_one_organization_alone_is_joined_by_signing_in(
    admin: Client, acme_org: Organization, second: Organization
) -> None:
    assert add(admin, acme_org.connection, "Third", joins_on_sign_in="on").status_code == 409
    address = address_of(second)
    assert submit(admin, page_of(admin, second), address, joins_on_sign_in="on").status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=second.pk).update(joins_on_sign_in=True)
    assert submit(admin, page_of(admin, acme_org), address_of(acme_org), joins_on_sign_in=None).status_code == 303
    assert submit(admin, page_of(admin, second), address, joins_on_sign_in="on").status_code == 303


def test_the_terms_cannot_go_back_to_one_while_there_are_two(
    admin: Client, acme_org: Organization, second: Organization
) -> None:
    refused = allow_several(admin, acme_org.connection, None)
    assert (refused.status_code, "It has several organizations" in text_of(refused)) == (400, True)
    change = Change.objects.filter(kind="connection").latest("pk")
    address = f"/admin/connections/{acme_org.connection_id}"
    page = admin.get(submit(admin, admin.get(address), f"{address}/undo/{change.pk}")["Location"])
    assert "Not restored. It has several organizations." in text_of(page)
    both = allow_several(admin, acme_org.connection, aud_tenant="acme-here")
    assert (both.status_code, "no name for all of them" in text_of(both)) == (400, True)


def test_a_change_of_it_is_told_undone_and_not_overwritten(admin: Client, acme_org: Organization) -> None:
    stale = page_of(admin, acme_org)
    submit(admin, stale, address_of(acme_org), name="Acme AB")
    answer = submit(admin, stale, address_of(acme_org), name="Acme GmbH")
    assert (answer.status_code, "Acme → Acme AB" in text_of(answer)) == (409, True)
    change = Change.objects.get()
    submit(admin, page_of(admin, acme_org), f"{address_of(acme_org)}/undo/{change.pk}")
    acme_org.refresh_from_db()
    assert acme_org.name == "Acme"


def test_nobody_becomes_a_member_who_never_came_by_the_connection(
    admin: Client, acme_org: Organization, tove: User
) -> None:
    answer = join(admin, acme_org, tove)
    assert answer.status_code == 400
    assert not Membership.objects.filter(user=tove).exists()
    own = Connection.objects.get(slug="todo0-inc")
    assert admin.get(f"/admin/connections/{own.pk}/organizations/{acme_org.pk}").status_code == 404


def test_several_cost_no_statement_more(admin: Client, redeem: Redeem, alice: User, second: Organization) -> None:
    join(admin, second, alice)
    redeem(id_jag(aud_tenant=second.org_id))
    with CaptureQueriesContext(database) as statements:
        assert redeem(id_jag(aud_tenant=second.org_id)).status_code == 200
    assert len(statements) <= 8, "without the limit, which takes one"

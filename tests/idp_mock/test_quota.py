"""A person's quota of ID-JAGs at a resource app: so many in a month, by the log, whoever asked for them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from idp_mock.policy.models import MONTHLY_QUOTA, CrossAppConnection
from idp_mock.policy.standing import first_of_month, load_standing
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import signed_in
from tests.idp_mock.exchange_world import TODO0_ISSUER, World, last_event, sign_in
from xaa import jose


@pytest.fixture
def three(world: World) -> World:
    world.agent0.connections.update(monthly_quota=3)
    return world


def is_refused(world: World, **override: Any) -> bool:
    try:
        world.exchange(**override)
    except OAuthError as refused:
        return (refused.check, refused.error, refused.status) == ("I9", "invalid_target", 400)
    return False


def test_it_is_oktas_unless_the_admin_says_otherwise() -> None:
    assert (MONTHLY_QUOTA, CrossAppConnection().monthly_quota) == (250, 250)


def test_so_many_a_month_and_not_one_more(three: World) -> None:
    assert [is_refused(three) for _ in range(5)] == [False] * 3 + [True] * 2
    event = last_event()
    assert (event.outcome, event.refused_by, event.error) == ("denied", "I9", "invalid_target")
    assert event.person_sub == people.ALICE.sub
    assert "quota of 3 ID-JAGs a month for this person at the resource app is used up" in event.reason
    three.agent0.connections.update(monthly_quota=None)
    assert not is_refused(three), "an empty field means any number"


def test_what_is_refused_uses_up_nothing(three: World) -> None:
    for _ in range(4):
        with pytest.raises(OAuthError):
            three.exchange(scope="todos.admin")
    assert not is_refused(three)


def test_it_is_hers_alone_and_of_this_resource_app_alone(three: World) -> None:
    assert [is_refused(three) for _ in range(4)][-1]
    bob = three.person(people.BOB)
    bob.groups.add(three.acme.groups.get(slug="sales"))
    his = three.id_token(sign_in(three.agent0, bob, now=three.now - timedelta(minutes=1)))
    assert not is_refused(three, subject_token=his)
    other = load_standing(person=three.alice, app=three.agent0, audience="https://mail0.example", now=three.now)
    assert other.issued_this_month == 0
    Event.objects.update(audience="https://mail0.example")
    assert not is_refused(three), "what she got for Mail0 is of Mail0's quota"


def test_whichever_app_asks_it_is_one_quota(three: World) -> None:
    """Okta counts a user and a resource app."""
    Event.objects.all().delete()
    three.exchange()
    Event.objects.update(requesting_client_id="another-app")
    assert [is_refused(three) for _ in range(3)] == [False, False, True]


def test_with_the_month_it_begins_anew(three: World) -> None:
    assert [is_refused(three) for _ in range(4)][-1]
    month = first_of_month(three.now)
    last = month - timedelta(microseconds=1)
    Event.objects.update(at=last, quota_month=first_of_month(last))
    assert not is_refused(three)
    Event.objects.filter(quota_month=first_of_month(last)).update(quota_number=None)
    Event.objects.update(at=month, quota_month=month)
    assert (
        load_standing(person=three.alice, app=three.agent0, audience=TODO0_ISSUER, now=three.now).issued_this_month
        == Event.objects.filter(outcome="allowed").count()
    )
    assert first_of_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2026, 12, 1, tzinfo=UTC)


def test_a_log_that_was_thinned_out_gives_nothing_back(three: World) -> None:
    for _ in range(2):
        three.exchange()
    Event.objects.get(quota_number=1).delete()
    assert [is_refused(three) for _ in range(2)] == [False, True]


def test_it_costs_no_statement_more(three: World, client: Client) -> None:
    three.agent0.connections.update(monthly_quota=1000)
    assert three.post(client).status_code == 200  # loads the key, which is not what is measured
    with CaptureQueriesContext(database) as statements:
        assert three.post(client).status_code == 200
    assert len(statements) <= 4


def test_the_admin_sets_it_and_what_if_knows_it(three: World, client: Client) -> None:
    admin = signed_in(people.CAROL)
    address = f"/acme/admin/policy/{three.connection.pk}"
    page = admin.get(address).content.decode()
    assert 'name="monthly_quota" value="3"' in page
    for _ in range(3):
        three.exchange()
    asked = {"person": three.alice.pk, "age": "1", "factors": "one", "scopes": ["todos.read"], "resource": ""}
    answer = admin.get(f"{address}/what-if", asked).content.decode()
    assert "is used up" in answer


@pytest.mark.spec("JAG-26")
def test_an_app_that_is_an_ai_agent_is_named_and_the_others_are_not(world: World) -> None:
    plain = jose.peek(world.exchange()["access_token"]).unverified_claims
    assert "act" not in plain
    assert "sub_profile" not in plain
    world.agent0.connections.update(agent_id="wlp8x5q7mvH86KvFJ0g7")
    claims = jose.peek(world.exchange()["access_token"]).unverified_claims
    assert claims["act"] == {"sub": "wlp8x5q7mvH86KvFJ0g7", "sub_profile": "ai_agent"}
    assert claims["sub_profile"] == "user"
    assert claims["sub"] == plain["sub"]

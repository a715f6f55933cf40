"""What an admin is told still lives after she has suspended a person or stopped everything, and for how long."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.test import Client

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.policy.residue import load_residues_if_stopped, load_residues_of
from idp_mock.signin.session_end import reactivate, suspend
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from tests.idp_mock.admin_side import submit, text_of
from tests.idp_mock.exchange_world import World, sign_in
from xaa import jose

pytestmark = pytest.mark.django_db

HEARS = "http://localhost:8002/signin/backchannel-logout"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def apps(settings: Any) -> Iterator[responses.RequestsMock]:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        for port in (8001, 8002):
            far_side.post(f"http://localhost:{port}/signin/backchannel-logout", status=200)
        yield far_side


def on_her_page(carol: Client, person: Person) -> str:
    return text_of(carol.get(f"/acme/admin/people/{person.pk}"))


def test_an_id_jag_is_good_until_the_moment_that_the_log_has(world: World, alice: Person) -> None:
    id_jag = jose.peek(str(world.exchange()["access_token"])).unverified_claims
    [residue] = load_residues_of(alice, now=world.now)
    assert int(residue.until.timestamp()) == id_jag["exp"]
    assert (residue.requesting_app, residue.resource_app) == ("Agent0", "Todo0")
    assert (residue.hears, residue.told, residue.is_redeemable) == (True, None, True)
    [after] = load_residues_of(alice, now=residue.until)
    assert not after.is_redeemable
    assert load_residues_of(alice, now=world.now + timedelta(hours=1)) == []


def test_what_was_refused_leaves_nothing(world: World, alice: Person) -> None:
    world.connection.delete()
    with pytest.raises(OAuthError, match="invalid_target"):
        world.exchange()
    assert load_residues_of(alice, now=world.now) == []


def test_it_is_of_one_person_and_of_one_enterprise(world: World, bob: Person, globex: Enterprise) -> None:
    world.exchange()
    assert load_residues_of(bob, now=world.now) == []
    Enterprise.objects.update(cross_app_access_stopped_at=world.now)
    assert load_residues_if_stopped(Enterprise.objects.get(pk=globex.pk), now=world.now) == []
    assert len(load_residues_if_stopped(Enterprise.objects.get(pk=world.acme.pk), now=world.now)) == 1


def test_a_suspension_ends_it_at_the_app_that_hears_and_her_page_says_so(
    carol: Client, world: World, alice: Person
) -> None:
    world.exchange()
    before = on_her_page(carol, alice)
    assert "Todo0 is told when Alice Anders signs out here or is suspended" in before
    suspend(alice, now=world.now + MINUTE)
    after = on_her_page(carol, alice)
    assert "Agent0 at Todo0 ended Todo0 was told at" in after


def test_an_app_that_cannot_be_told_keeps_what_it_gave_and_her_page_says_why(
    carol: Client, world: World, alice: Person, apps: responses.RequestsMock
) -> None:
    apps.replace(responses.POST, HEARS, status=503)
    world.exchange()
    suspend(alice, now=world.now + MINUTE)
    page = on_her_page(carol, alice)
    assert "Agent0 at Todo0 not told Todo0 could not be told that the session is over" in page
    assert "expected status 200, found 503" in page


def test_without_an_address_the_residual_life_is_said(carol: Client, world: World, alice: Person) -> None:
    App.objects.filter(name="Todo0").update(backchannel_logout_uri="")
    world.exchange()
    until = load_residues_of(alice, now=world.now)[0].until
    suspend(alice, now=world.now + MINUTE)
    page = on_her_page(carol, alice)
    assert "Agent0 at Todo0 runs out by itself" in page
    assert f"The last ID-JAG expires at {until:%H:%M:%S} UTC" in page
    assert "lives until it expires there, whatever is done here" in page


def test_what_was_told_before_says_nothing_of_what_was_issued_since(
    carol: Client, world: World, alice: Person
) -> None:
    world.exchange()
    suspend(alice, now=world.now + MINUTE)
    reactivate(alice, now=world.now + MINUTE)
    world.now += 2 * MINUTE
    world.family = sign_in(world.agent0, Person.objects.get(pk=alice.pk), now=world.now)
    world.exchange()
    [residue] = load_residues_of(alice, now=world.now)
    assert residue.told is None


def test_the_kill_switch_says_until_when_what_was_issued_lives(carol: Client, world: World) -> None:
    world.exchange()
    Event.objects.filter(expires_at__isnull=False).update(at=world.now)
    assert "lives on" not in text_of(carol.get("/acme/admin/policy"))
    submit(carol, carol.get("/acme/admin/policy"), "/acme/admin/policy/stop")
    until = Event.objects.get(expires_at__isnull=False).expires_at
    for path in ("/acme/admin/policy", "/acme/admin/"):
        page = text_of(carol.get(path))
        assert "What was issued before lives on: Agent0's last ID-JAG for Todo0" in page
        assert f"{until:%H:%M:%S} UTC" in page

"""Token exchange over HTTP: the cast, and whatever else a client may send."""

import pytest
from django.test import Client

from idp_mock.systemlog.models import Event
from stage.kit import people
from tests.idp_mock.exchange_world import TODO0_ISSUER, World, last_event, sign_in
from xaa import jose

# The cast, over HTTP.


def test_alice_and_dan_may_and_bob_may_not(world: World, client: Client) -> None:
    for who, status in ((people.ALICE, 200), (people.DAN, 200), (people.BOB, 400), (people.CAROL, 400)):
        family = sign_in(world.agent0, world.person(who), now=world.now)
        response = world.post(client, subject_token=world.id_token(family))
        assert response.status_code == status, who.name
        if status == 400:
            assert response.json()["error"] == "access_denied"
            assert last_event().refused_by == "I10"


def test_evil0_gets_nothing_for_its_own_user_nor_with_alices_token(world: World, client: Client) -> None:
    eve = sign_in(world.app("evil0-at-acme"), world.person(people.EVE), now=world.now)
    own = world.post(client, "evil0-at-acme", subject_token=world.id_token(eve))
    stolen = world.post(client, "evil0-at-acme")
    assert (own.json()["error"], stolen.json()["error"]) == ("invalid_target", "invalid_grant")
    assert [event.refused_by for event in Event.objects.order_by("pk")] == ["I9", "I5"]


def test_globex_issues_real_id_jags_of_its_own(world: World, client: Client) -> None:
    alice = sign_in(world.app("agent0-at-globex"), world.person(people.GLOBEX_ALICE), now=world.now)
    response = world.post(client, "agent0-at-globex", subject_token=world.id_token(alice))
    claims = jose.peek(response.json()["access_token"]).unverified_claims
    assert claims["iss"].endswith("/globex")
    assert claims["aud"] == TODO0_ISSUER
    assert claims["client_id"] == "agent0-at-todo0"


@pytest.mark.spec("TX-24")
def test_the_subject_token_alone_is_not_enough(world: World, client: Client) -> None:
    form = "&".join(f"{name}={value[0]}" for name, value in world.form().items())
    response = client.post("/acme/token", form, content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert not Event.objects.exists()


@pytest.mark.spec("TX-32", "TX-01")
@pytest.mark.parametrize(
    "name", ["requested_token_type", "subject_token", "subject_token_type", "scope", "grant_type"]
)
def test_it_refuses_a_doubled_parameter(world: World, client: Client, name: str) -> None:
    assert world.post(client).status_code == 200
    value = world.form()[name][0]
    response = world.post(client, **{name: [value, value]})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["audience", "resource", "scope", "subject_token", "subject_token_type"])
@pytest.mark.parametrize("value", ["\0", "a\nb", "\ud7ff\uffff", "x" * 60_000, "𐍈" * 300])
def test_it_answers_any_garbage_with_a_clear_error(world: World, client: Client, name: str, value: str) -> None:
    response = world.post(client, **{name: value})
    assert response.status_code == 400
    assert set(response.json()) == {"error", "error_description"}

"""Checks I1 to I14: what each refuses, in which order, and that none of them can be left out."""

import re
from typing import Any

import pytest
from django.test import Client

from idp_mock.signin.factors import ACR_MFA
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.token_exchange import CHECKS
from tests.idp_mock.exchange_vectors import VECTORS, Vector
from tests.idp_mock.exchange_world import TODO0_API, World, last_event
from xaa import protocol

NUMBERS = [
    *(f"I{number}" for number in range(1, 13)),
    "I12",
    "I14",
    "I13",
]  # SU-03: stronger sign-in is asked for last
every_vector = pytest.mark.parametrize(
    "vector",
    [
        pytest.param(v, id=f"{v.check}-{v.name}", marks=[pytest.mark.spec(*v.rows)] if v.rows else [])
        for v in VECTORS
    ],
)


@pytest.mark.spec("TX-04", "TX-15", "TX-16")
def test_the_unaltered_exchange_is_granted_with_an_id_token_and_with_a_refresh_token(world: World) -> None:
    assert world.exchange()["token_type"] == "N_A"
    assert world.exchange(**world.as_refresh(world.refresh_token()))["token_type"] == "N_A"


def see_refused(world: World, vector: Vector, override: dict[str, Any]) -> None:
    """By the check that the vector names, with its error; ``test_token_exchange_guards`` asks the same."""
    with pytest.raises(OAuthError) as refused:
        world.exchange(**override)
    assert (refused.value.check, refused.value.error) == (vector.check, vector.error)
    assert refused.value.status == 400


@every_vector
def test_it_refuses(world: World, vector: Vector) -> None:
    assert world.exchange()["issued_token_type"] == protocol.TOKEN_TYPE_ID_JAG  # nothing was wrong before
    see_refused(world, vector, vector.arrange(world))

    # The system log tells the same, with a verdict on every check.
    event, position = last_event(), NUMBERS.index(vector.check)
    assert (event.outcome, event.refused_by, event.error) == ("denied", vector.check, vector.error)
    outcomes = [verdict["outcome"] for verdict in event.checks]
    position += vector.error == "invalid_authorization_details" and vector.check == "I12"  # the second of two
    assert outcomes == ["passed"] * position + ["failed"] + ["not reached"] * (14 - position)
    assert event.reason


def test_every_check_has_a_number_a_title_a_rule_and_a_vector() -> None:
    assert [check.number for check in CHECKS] == NUMBERS
    assert {vector.check for vector in VECTORS} == set(NUMBERS)
    for check in CHECKS:
        assert check.name.startswith("check_")
        assert check.title
        assert re.search(r"ID-JAG §|RFC \d+ §", check.find.__doc__ or ""), check.name


def test_the_numbers_and_titles_are_those_of_the_pages() -> None:
    assert {check.number: check.title for check in CHECKS if check.name != "check_authorization_details"} == {
        "I1": "client authenticated",
        "I2": "grant and requested type id-jag",
        "I3": "subject token type supported",
        "I4": "subject token signature and issuer",
        "I5": "subject token issued to this client",
        "I6": "subject token not expired",
        "I7": "user active and assigned to the app",
        "I8": "audience is a known resource authorization server",
        "I9": "connection managed",
        "I10": "user in the connection's groups",
        "I11": "resource allowed",
        "I12": "scopes after policy",
        "I13": "sign-in strong enough",
        "I14": "client id known at the resource app",
    }


# Good twins: what looks odd and is right.


@pytest.mark.spec("TX-18")
def test_it_accepts_several_audiences_when_this_client_is_the_authorized_party(world: World) -> None:
    token = world.altered_id_token(aud=["todo0-at-acme", "agent0-at-acme"], azp="agent0-at-acme")
    assert world.exchange(subject_token=token)["token_type"] == "N_A"


def test_it_accepts_one_audience_in_an_array(world: World) -> None:
    assert world.exchange(subject_token=world.altered_id_token(aud=["agent0-at-acme"]))["token_type"] == "N_A"


def test_it_accepts_a_token_in_its_last_second(world: World) -> None:
    token = world.altered_id_token(exp=int(world.now.timestamp()) + 1)
    assert world.exchange(subject_token=token)["token_type"] == "N_A"


def test_it_accepts_a_token_signed_by_a_key_that_is_retiring(world: World) -> None:
    from idp_mock.keys import keystore

    token = world.id_token()
    keystore.rotate(world.acme, now=world.now)
    world.agent0.enterprise.refresh_from_db()
    assert world.exchange(subject_token=token)["token_type"] == "N_A"


@pytest.mark.spec("SU-01", "SU-04")
def test_a_sign_in_that_is_too_old_is_told_how_old_it_may_be(world: World, client: Client) -> None:
    world.agent0.connections.update(max_authentication_age=30)
    answer = world.post(client)
    assert (answer.status_code, answer.json()["error"]) == (400, "insufficient_user_authentication")
    assert answer.json()["max_age"] == 30


def test_it_accepts_a_sign_in_as_old_as_the_connection_allows(world: World) -> None:
    world.agent0.connections.update(max_authentication_age=61)
    assert world.exchange()["token_type"] == "N_A"


@pytest.mark.spec("SU-01", "SU-04")
def test_who_may_not_write_without_a_second_factor_is_told_which_sign_in_would_do(
    world: World, client: Client
) -> None:
    world.agent0.connections.update(second_factor_scopes=["todos.write"], max_authentication_age=900)
    answer = world.post(client)
    assert (answer.status_code, answer.json()["error"]) == (400, "insufficient_user_authentication")
    assert (answer.json()["acr_values"], answer.json()["max_age"]) == (ACR_MFA, 900)
    assert world.post(client, scope="todos.read").status_code == 200  # reading is untouched
    with_second_factor = world.altered_id_token(amr=["pwd", "mfa"], acr=ACR_MFA)
    answer = world.post(client, subject_token=with_second_factor)
    assert (answer.status_code, answer.json()["scope"]) == (200, "todos.read todos.write")


@pytest.mark.spec("SU-03")
def test_a_scope_that_is_not_granted_asks_nobody_for_a_second_factor(world: World) -> None:
    """Narrowed to reading, signing in again would not bring writing: so nobody is sent to do it."""
    world.agent0.connections.update(
        scope_condition="only", scopes=["todos.read"], second_factor_scopes=["todos.write"]
    )
    assert world.exchange()["scope"] == "todos.read"


@pytest.mark.spec("SU-02", "TX-22")
def test_a_refresh_token_is_as_strong_as_the_sign_in_that_it_came_of(world: World) -> None:
    world.agent0.connections.update(second_factor_scopes=["todos.write"])
    with pytest.raises(OAuthError) as refused:
        world.exchange(**world.as_refresh(world.refresh_token()))
    assert refused.value.check == "I13"
    world.family.amr, world.family.acr = ["pwd", "mfa"], ACR_MFA
    world.family.save()
    assert world.claims(**world.as_refresh(world.refresh_token()))["acr"] == ACR_MFA


@pytest.mark.spec("TX-32")
def test_it_takes_empty_parameters_for_absent_and_ignores_unknown_ones(world: World) -> None:
    answer = world.exchange(actor_token="", actor_token_type="", resource=["", TODO0_API], colour="blue")
    assert answer["resource"] == TODO0_API

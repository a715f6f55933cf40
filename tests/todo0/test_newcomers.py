"""An account from an ID-JAG (just in time): only where the connection says so, once, with nothing more in it."""

import io
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from stage.kit import people
from tests.todo0.conftest import ACME, Redeem, id_jag, user_of
from tests.todo0.test_redemption import see_nothing_written, verified
from todo0.federation.models import Connection
from xaa.signin.identities import resolve_user
from xaa.signin.models import FederatedIdentity


@pytest.fixture
def generous(seeded: None) -> None:
    Connection.objects.filter(slug="acme").update(jit_accounts=True)


def dans(**override: Any) -> str:
    return id_jag(**{"sub": people.DAN.sub, "email": people.DAN.email, "email_verified": True} | override)


@pytest.mark.spec("SR-08")
def test_it_makes_the_account_that_a_first_sign_in_would_have_made(generous: None, redeem: Redeem) -> None:
    answer = redeem(dans(given_name="Dan"))
    assert answer.status_code == 200, answer.content
    dan = user_of(people.DAN)
    assert verified(answer.json()["access_token"]).claims["sub"] == dan.username
    assert (dan.first_name, dan.email, dan.is_staff, dan.is_superuser) == ("Dan", people.DAN.email, False, False)
    assert not dan.has_usable_password()
    assert resolve_user(ACME, people.DAN.sub, profile={}) == dan, "and a sign-in finds it"


@pytest.mark.spec("SR-08")
def test_it_makes_none_unless_the_connection_says_so(redeem: Redeem) -> None:
    assert not Connection.objects.get(slug="acme").jit_accounts
    assert redeem(dans()).json()["error_description"] == "User not found"
    assert not FederatedIdentity.objects.filter(subject=people.DAN.sub).exists()


@pytest.mark.spec("SR-11")
@pytest.mark.parametrize(
    "wrong",
    [
        {"resource": "https://other.example/api"},
        {"scope": "admin"},
        {"client_id": "evil0-at-todo0"},
        {"exp": 1},
        {"jti": ""},
        {"tenant": "acme"},
        {"aud": "https://other.example"},
    ],
)
def test_an_id_jag_that_fails_anywhere_leaves_nobody_behind(
    generous: None, redeem: Redeem, wrong: dict[str, Any]
) -> None:
    accounts = User.objects.count()
    assert redeem(dans(**wrong)).status_code == 400
    assert User.objects.count() == accounts
    see_nothing_written()
    assert redeem(dans()).status_code == 200


@pytest.mark.spec("SR-10")
def test_it_neither_revives_nor_replaces_a_deactivated_account(generous: None, redeem: Redeem) -> None:
    assert redeem(dans()).status_code == 200
    User.objects.filter(pk=user_of(people.DAN).pk).update(is_active=False)
    accounts = User.objects.count()
    assert redeem(dans()).json()["error"] == "invalid_grant"
    assert User.objects.count() == accounts
    assert not user_of(people.DAN).is_active


@pytest.mark.spec("SR-04")
@pytest.mark.parametrize(
    ("switched_on", "claims", "linked"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"email_verified": False}, False),
        (True, {"email": "dan@globex.example"}, False),
    ],
)
def test_it_links_by_a_verified_address_only_where_the_connection_says_so(
    generous: None, redeem: Redeem, switched_on: bool, claims: dict[str, Any], linked: bool
) -> None:
    Connection.objects.update(link_by_email=switched_on)
    by_hand = User.objects.create_user("dan", claims.get("email", people.DAN.email), "a-password")
    assert redeem(dans(**claims)).status_code == 200
    assert (user_of(people.DAN) == by_hand) is linked


@pytest.mark.spec("SR-05")
def test_linking_never_moves_who_is_bound_already(generous: None, redeem: Redeem) -> None:
    Connection.objects.update(link_by_email=True)
    by_hand = User.objects.create_user("somebody", "somebody@acme.example", "a-password")
    known = user_of(people.ALICE)
    token = verified(redeem(id_jag(email=by_hand.email, email_verified=True)).json()["access_token"])
    assert token.claims["sub"] == known.username
    assert not FederatedIdentity.objects.filter(user=by_hand).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("SR-09")
def test_parallel_redemptions_for_one_newcomer_give_one_account(redeem: Redeem) -> None:
    """Every ID-JAG is another one, so each of them may be redeemed."""
    Connection.objects.filter(slug="acme").update(jit_accounts=True)
    redeem(id_jag())  # the keys are cached
    accounts, answers, start = User.objects.count(), [], threading.Barrier(20)

    def race(assertion: str) -> None:
        start.wait()
        try:
            answers.append(redeem(assertion))
        finally:
            connection.close()

    racers = [threading.Thread(target=race, args=(dans(),)) for _ in range(20)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [answer.status_code for answer in answers] == [200] * 20
    assert User.objects.count() == accounts + 1
    whose = {verified(answer.json()["access_token"]).claims["sub"] for answer in answers}
    assert whose == {user_of(people.DAN).username}


def test_the_command_turns_one_switch_and_shows_all(seeded: None) -> None:
    said = io.StringIO()
    call_command("connection", "acme", "--jit-accounts", "on", stdout=said)
    assert Connection.objects.get(slug="acme").jit_accounts
    assert said.getvalue() == "active: on\nxaa-enabled: on\njit-accounts: on\nlink-by-email: off\n"
    with pytest.raises(CommandError, match="one of: acme"):
        call_command("connection", "acm")

"""Redeeming a code: once, soon, by its client, from the same place, with the verifier."""

from datetime import timedelta

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Person
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.authorization_code import claim
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.models import AuthorizationCode, RefreshToken
from tests.idp_mock.app_side import AGENT0, TODO0, ask_token, redeem, sign_in, sign_in_for_tokens

pytestmark = pytest.mark.django_db


def test_it_gives_an_id_token_and_an_access_token(browser: Client) -> None:
    tokens = sign_in_for_tokens(browser)
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "openid profile email")
    assert tokens["expires_in"] == 300


def test_it_gives_a_refresh_token_only_for_offline_access(browser: Client) -> None:
    assert "refresh_token" not in sign_in_for_tokens(browser)
    assert "refresh_token" in sign_in_for_tokens(browser, scope="openid offline_access")


@pytest.mark.spec("SEC-28")
@pytest.mark.parametrize(
    "override",
    [
        {"code": "wrong"},
        {"redirect_uri": TODO0.redirect_uri},
        {"redirect_uri": AGENT0.redirect_uri + "/"},
        {"code_verifier": "another-verifier-another-verifier-another-verifier"},
    ],
)
def test_a_refused_attempt_does_not_burn_the_code(browser: Client, override: dict) -> None:
    code = sign_in(browser)["code"]
    refused = redeem(browser, **({"code": code} | override))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert redeem(browser, code).status_code == 200


@pytest.mark.parametrize(
    "override",
    [{"redirect_uri": None}, {"code_verifier": None}, {"code_verifier": "short"}, {"code_verifier": "é" * 50}],
)
def test_it_names_a_missing_or_malformed_parameter(browser: Client, override: dict) -> None:
    code = sign_in(browser)["code"]
    assert redeem(browser, code, **override).json()["error"] == "invalid_request"
    assert redeem(browser, code).status_code == 200


@pytest.mark.spec("SEC-28")
def test_another_client_cannot_redeem_it(browser: Client) -> None:
    code = sign_in(browser)["code"]
    stolen = redeem(browser, code, TODO0, redirect_uri=AGENT0.redirect_uri)
    assert stolen.json()["error"] == "invalid_grant"
    assert redeem(browser, code).status_code == 200


@pytest.mark.spec("SEC-28")
def test_it_expires_after_a_minute(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    code = sign_in(browser)["code"]
    begun = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(seconds=61))
    assert redeem(browser, code).json()["error"] == "invalid_grant"
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(seconds=59))
    assert redeem(browser, code).status_code == 200


@pytest.mark.spec("SEC-28")
def test_a_second_use_revokes_what_the_first_gave(browser: Client) -> None:
    code = sign_in(browser, scope="openid offline_access")["code"]
    first = redeem(browser, code).json()
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert browser.get("/acme/userinfo", headers=bearer).status_code == 200
    assert redeem(browser, code).json()["error"] == "invalid_grant"
    assert browser.get("/acme/userinfo", headers=bearer).status_code == 401
    refreshed = ask_token(browser, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"


@pytest.mark.spec("SEC-28")
def test_of_two_parallel_uses_one_wins_and_the_family_is_revoked(browser: Client) -> None:
    sign_in(browser)
    one, other = AuthorizationCode.objects.get(), AuthorizationCode.objects.get()
    claim(one, now=clock.now())
    with pytest.raises(OAuthError, match="invalid_grant"):
        claim(other, now=clock.now())
    assert AuthorizationCode.objects.get().family.revoked_at


def test_it_refuses_after_a_sign_out(browser: Client) -> None:
    code = sign_in(browser)["code"]
    IdpSession.objects.get().end(clock.now())
    assert redeem(browser, code).json()["error"] == "invalid_grant"
    assert redeem(browser, sign_in(browser)["code"]).status_code == 200


def test_it_refuses_a_person_suspended_in_between(browser: Client, alice: Person) -> None:
    code = sign_in(browser)["code"]
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    assert redeem(browser, code).json()["error"] == "invalid_grant"
    Person.objects.filter(pk=alice.pk).update(status="active")
    assert redeem(browser, code).status_code == 200


@pytest.mark.spec("SEC-30")
def test_no_token_is_in_the_database(browser: Client) -> None:
    tokens = sign_in_for_tokens(browser, scope="openid offline_access")
    assert tokens["refresh_token"] not in str(vars(RefreshToken.objects.get()))


def test_a_redemption_costs_few_statements(
    browser: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    sign_in_for_tokens(browser)
    code = sign_in(browser, scope="openid offline_access")["code"]
    with django_assert_max_num_queries(4):  # client, code with person, claim, refresh token
        assert redeem(browser, code).status_code == 200

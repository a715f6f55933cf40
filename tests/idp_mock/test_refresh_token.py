"""Refreshing: rotation, and what ends a family."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import App, Person
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.models import RefreshToken
from idp_mock.tokens.refresh_token import load_refresh_token, rotate
from tests.idp_mock.app_side import AGENT0, TODO0, RegisteredApp, ask_token, sign_in, sign_in_for_tokens
from xaa import jose

pytestmark = pytest.mark.django_db
OFFLINE = "openid email offline_access"


def refresh(client: Client, token: str, app: RegisteredApp = AGENT0, **form: str) -> HttpResponse:
    return ask_token(client, app, grant_type="refresh_token", refresh_token=token, **form)


def is_refused(response: HttpResponse) -> bool:
    return (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("RF-09")
def test_every_use_gives_a_new_refresh_token(browser: Client) -> None:
    first = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    second = refresh(browser, first).json()["refresh_token"]
    third = refresh(browser, second).json()["refresh_token"]
    assert len({first, second, third}) == 3


def test_the_new_id_token_tells_of_the_first_sign_in(browser: Client) -> None:
    tokens = sign_in_for_tokens(browser, scope=OFFLINE)
    IdpSession.objects.update(auth_time=clock.now() + timedelta(hours=1))  # she signed in again meanwhile
    before = jose.peek(tokens["id_token"]).unverified_claims
    after = jose.peek(refresh(browser, tokens["refresh_token"]).json()["id_token"]).unverified_claims
    for claim in ("iss", "sub", "aud", "auth_time", "sid", "amr", "acr", "email"):
        assert after[claim] == before[claim]
    assert "nonce" in before
    assert "nonce" not in after  # OpenID Connect Core §12.2


@pytest.mark.spec("RF-09")
def test_an_old_token_that_comes_back_ends_the_family(browser: Client) -> None:
    first = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    other_family = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    second = refresh(browser, first).json()["refresh_token"]
    assert is_refused(refresh(browser, first))
    assert is_refused(refresh(browser, second))
    assert refresh(browser, other_family).status_code == 200


def test_of_two_parallel_uses_one_wins_and_the_family_is_revoked(browser: Client, agent0: App) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    one, other = (load_refresh_token(agent0, value, now=clock.now()) for _ in range(2))
    rotate(one, now=clock.now())
    with pytest.raises(OAuthError, match="invalid_grant"):
        rotate(other, now=clock.now())
    assert RefreshToken.objects.first().family.revoked_at


@pytest.mark.spec("TX-22")
def test_another_client_cannot_use_it_nor_end_it(browser: Client) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    assert is_refused(refresh(browser, value, TODO0))
    assert refresh(browser, value).status_code == 200


@pytest.mark.spec("TX-22")
def test_it_expires(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    begun = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=7, seconds=1))
    assert is_refused(refresh(browser, value))
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=6))
    assert refresh(browser, value).status_code == 200


@pytest.mark.spec("TX-22", "TX-21")
def test_it_dies_with_the_session(browser: Client) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    IdpSession.objects.get().end(clock.now())
    assert is_refused(refresh(browser, value))


@pytest.mark.spec("TX-21")
def test_it_is_refused_while_the_person_is_suspended(browser: Client, alice: Person) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    assert is_refused(refresh(browser, value))
    Person.objects.filter(pk=alice.pk).update(status="active")
    assert refresh(browser, value).status_code == 200


def test_it_may_ask_for_less_but_never_for_more(browser: Client) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    wider = refresh(browser, value, scope="openid profile")
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")
    narrower = refresh(browser, value, scope="openid").json()
    assert narrower["scope"] == "openid"
    assert "email" not in jose.peek(narrower["id_token"]).unverified_claims
    assert refresh(browser, narrower["refresh_token"]).json()["scope"] == OFFLINE


@pytest.mark.parametrize("value", ["", "x", "x" * 5000, "é", "eyJ.eyJ.x"])
def test_it_refuses_what_is_no_refresh_token(browser: Client, value: str) -> None:
    response = refresh(browser, value)
    assert response.status_code == 400
    assert response.json()["error"] == ("invalid_grant" if value else "invalid_request")


def test_an_id_token_is_no_refresh_token(browser: Client) -> None:
    assert is_refused(refresh(browser, sign_in_for_tokens(browser, scope=OFFLINE)["id_token"]))


@pytest.mark.spec("TX-22")
def test_checking_it_as_a_subject_does_not_use_it_up(
    browser: Client, agent0: App, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    with django_assert_num_queries(1):
        record = load_refresh_token(agent0, value, now=clock.now())
        assert record.session.person.login == "alice@acme.example"
        assert record.app.enterprise.slug == "acme"
    assert refresh(browser, value).status_code == 200


def test_a_refresh_costs_few_statements(
    browser: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    value = sign_in_for_tokens(browser, scope=OFFLINE)["refresh_token"]
    sign_in(browser)
    with django_assert_max_num_queries(6):  # client, token with person, rotation between BEGIN and COMMIT
        assert refresh(browser, value).status_code == 200

"""The way a sign-in goes when nothing is wrong, and what it leaves behind."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User

from xaa.signin.identities import load_user
from xaa.signin.models import FederatedIdentity
from xaa.signin.stores import SessionTokenStore


def test_it_signs_alice_in_and_takes_her_home(browser, acme):
    response = browser.sign_in(acme)
    assert (response.status_code, response["Location"]) == (302, "/home")
    assert browser.who() == User.objects.get().username


def test_it_takes_her_where_she_wanted_to_go(browser, acme):
    assert browser.sign_in(acme, next="/todos?filter=open")["Location"] == "/todos?filter=open"


@pytest.mark.spec("OI-03")
def test_it_makes_her_an_account_keyed_on_issuer_and_subject_without_password_or_rights(browser, acme):
    browser.sign_in(acme)
    identity = FederatedIdentity.objects.get()
    user = identity.user
    assert (identity.issuer, identity.subject) == (acme.issuer, "00u1alice")
    assert (user.first_name, user.last_name, user.email) == ("Alice", "Anders", "00u1alice@acme.example")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)
    assert "alice" not in user.username
    assert load_user(acme.issuer, "00u1alice") == user


def test_it_finds_her_again_at_the_second_sign_in(browser, acme):
    browser.sign_in(acme)
    browser.logout()
    browser.sign_in(acme)
    assert User.objects.count() == 1


@pytest.mark.spec("SEC-24", "SEC-25", "SEC-26", "SEC-35", "OI-05")
def test_the_authentication_request_has_state_nonce_pkce_and_only_the_scope_of_the_connection(browser, acme):
    asked = parse_qs(urlsplit(browser.start()).query)
    assert asked["response_type"] == ["code"]
    assert asked["scope"] == ["openid email profile"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) == len(asked["nonce"][0]) == 32


def test_no_two_attempts_share_a_secret(browser):
    first, second = (parse_qs(urlsplit(browser.start()).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_it_takes_both_algorithms(browser, acme, algorithm):
    from tests.xaa_signin.fake_idp import key_of

    acme.key = key_of("acme", algorithm)
    assert browser.sign_in(acme).status_code == 302


@pytest.mark.spec("OI-05")
def test_it_asks_for_offline_access_only_where_the_connection_says_so_and_keeps_the_refresh_token(
    browser, acme, connect, rf
):
    browser.sign_in(acme)
    assert kept_by(browser, rf)["refresh_token"] == ""
    connect(scope=("openid", "offline_access"))
    browser.sign_in(acme)
    assert kept_by(browser, rf)["refresh_token"] == "rt-00u1alice"


def test_tokens_in_the_session_are_encrypted(browser, acme):
    browser.sign_in(acme)
    assert "eyJ" not in str(dict(browser.session.items()))


@pytest.mark.spec("OI-06")
def test_it_rotates_the_session_key_at_every_sign_in(browser, acme):
    keys = set()
    for _ in range(3):
        browser.sign_in(acme)
        keys.add(browser.session.session_key)
    browser.get("/home")
    assert len(keys) == 3
    assert browser.session.session_key in keys


@pytest.mark.spec("OI-06")
def test_a_session_key_planted_before_the_sign_in_is_worth_nothing_after(browser, acme):
    browser.start()
    planted = browser.cookies["sessionid"].value
    browser.sign_in(acme)
    browser.cookies["sessionid"] = planted
    assert browser.who() == "nobody"


@pytest.mark.spec("OI-06")
def test_it_ends_the_session_when_the_idp_says_so(browser, acme):
    import time

    acme.claims = {"session_expiry": int(time.time()) + 300}
    browser.sign_in(acme)
    assert 290 <= browser.session.get_expiry_age() <= 300
    acme.claims = {}
    browser.sign_in(acme)
    assert browser.session.get_expiry_age() > 100_000


@pytest.mark.spec("SEC-29")
def test_the_callback_leaks_its_url_to_nobody(browser, acme):
    response = browser.sign_in(acme)
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_a_sign_in_without_userinfo_makes_one_call_once_the_idp_is_known(browser, acme):
    browser.sign_in(acme)
    acme.calls.clear()
    browser.sign_in(acme)
    assert acme.calls == ["/token"]


def test_the_sign_in_costs_few_statements(browser, acme, django_assert_max_num_queries):
    browser.sign_in(acme)
    answer = acme.authorize(browser.start())
    with django_assert_max_num_queries(30):
        browser.come_back(answer)


def kept_by(browser, rf):
    request = rf.get("/")
    request.session = browser.session
    store = SessionTokenStore()
    return {"id_token": store.id_token_hint(request), "refresh_token": store.refresh_token(request)}

"""How the code is redeemed: the client's authentication, and the answers that cannot be used."""

import pytest

from tests.xaa_signin.conftest import connection_to
from tests.xaa_signin.fake_idp import OMIT, key_of


def test_the_client_authenticates_with_http_basic_both_halves_encoded(browser, acme):
    """The fake IdP compares, and refuses a second method beside it (RFC 6749 §2.3, §2.3.1)."""
    assert {":", "+", "%"} <= set(acme.client_secret)
    assert browser.sign_in(acme).status_code == 302


def test_a_connection_may_authenticate_in_the_form(browser, acme, connect):
    acme.client_authentication = "client_secret_post"
    connect(client_authentication="client_secret_post")
    assert browser.sign_in(acme).status_code == 302


@pytest.mark.spec("SEC-22", "SEC-20")
def test_a_connection_may_sign_in_place_of_a_secret(browser, acme, connect):
    """One assertion a request, for this IdP alone: the fake IdP compares, and refuses a secret beside it."""
    acme.client_authentication = "private_key_jwt"
    connect(client_secret="", client_key=key_of("client"))
    assert browser.sign_in(acme).status_code == 302
    connect(client_secret="", client_key=key_of("another client"))
    assert browser.sign_in(acme).status_code == 502


def test_a_connection_has_a_secret_or_a_key(acme):
    with pytest.raises(ValueError, match="not both"):
        connection_to(acme, client_key=key_of("client"))
    assert connection_to(acme, client_key=key_of("client"), client_secret="").client_key


def test_a_wrong_secret_is_the_operators_to_mend(browser, connect, acme):
    connect(client_secret="wrong")
    response = browser.sign_in(acme)
    assert response.status_code == 502
    assert "Whoever runs this app" in response.content.decode()


@pytest.mark.spec("SEC-24")
def test_a_stolen_code_is_useless_in_another_attempt_because_of_pkce(browser, acme):
    """Code injection: the code of one attempt, presented with the state of another."""
    stolen = acme.authorize(browser.start())["code"]
    response = browser.come_back(acme.authorize(browser.start()) | {"code": stolen})
    assert "code_refused" in response.content.decode()


def test_a_code_is_redeemed_once_and_a_refusal_is_not_retried(browser, acme):
    acme.token_answer = (503, {"error": "temporarily_unavailable"})
    assert browser.sign_in(acme).status_code == 503
    assert acme.calls.count("/token") == 1


@pytest.mark.parametrize(
    "tokens",
    [
        {"id_token": OMIT},
        {"id_token": ""},
        {"id_token": 7},
        {"id_token": None},
        {"access_token": OMIT},
        {"refresh_token": ["x"]},
    ],
)
def test_a_token_response_without_what_it_must_have_is_a_page(browser, acme, tokens):
    acme.tokens = tokens
    response = browser.sign_in(acme)
    assert response.status_code == 502
    assert "tokens_unusable" in response.content.decode()


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"", b"\xff", b"[" * 100_000])
def test_a_token_response_that_is_no_json_object_is_a_page(browser, acme, body):
    acme.token_answer = (200, body)
    assert browser.sign_in(acme).status_code == 502


def test_an_endless_token_response_is_cut_off(browser, acme):
    acme.token_answer = (200, b'{"id_token":"' + b"x" * 1_000_000)
    assert browser.sign_in(acme).status_code == 503


def test_keys_that_cannot_be_had_are_the_idps_fault(browser, acme):
    acme.jwks = {"nothing": "here"}
    response = browser.sign_in(acme)
    assert response.status_code == 503
    assert "idp_keys_unavailable" in response.content.decode()


def test_a_rotated_key_is_fetched(browser, acme, monkeypatch):
    from tests.xaa_signin.fake_idp import key_of
    from xaa import metadata

    monkeypatch.setattr(metadata, "REFETCH_COOLDOWN", 0.0)
    browser.sign_in(acme)
    acme.key = key_of("acme after rotation")
    assert browser.sign_in(acme).status_code == 302
    assert acme.calls.count("/jwks") == 2

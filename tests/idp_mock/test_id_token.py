"""ID Tokens: what is in them, and which ones are recognised when they come back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise
from idp_mock.keys import keystore
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.id_token import IdTokenRejected, verify_id_token_hint, verify_id_token_origin
from idp_mock.tokens.token_exchange_subject import verify_id_token
from stage.kit import people
from tests.idp_mock.app_side import AGENT0, AGENT0_AT_GLOBEX, sign_in, sign_in_for_tokens
from xaa import jose, protocol

pytestmark = pytest.mark.django_db


def claims_of(token: str) -> dict:
    return dict(jose.peek(token).unverified_claims)


def test_it_tells_who_for_whom_and_how_she_signed_in(browser: Client) -> None:
    claims = claims_of(sign_in_for_tokens(browser, scope="openid")["id_token"])
    session = IdpSession.objects.get()
    assert claims | {"exp": 0, "iat": 0} == {
        "iss": "http://localhost:8003/acme",
        "sub": people.ALICE.sub,
        "aud": AGENT0.client_id,
        "nonce": "nonce-1",
        "sid": session.sid,
        "auth_time": int(session.auth_time.timestamp()),
        "amr": ["user"],  # a clicked persona: no password was typed
        "acr": "0",
        "exp": 0,
        "iat": 0,
    }
    assert claims["exp"] - claims["iat"] == 600


def test_scopes_open_claims(browser: Client) -> None:
    assert claims_of(sign_in_for_tokens(browser, scope="openid email")["id_token"])["email"] == people.ALICE.email
    claims = claims_of(sign_in_for_tokens(browser, scope="openid profile")["id_token"])
    assert claims["name"] == people.ALICE.name
    assert "email" not in claims


def test_auth_time_is_the_sign_in_and_not_the_request(browser: Client) -> None:
    sign_in(browser)
    earlier = clock.now() - timedelta(hours=2)
    IdpSession.objects.update(auth_time=earlier)
    assert claims_of(sign_in_for_tokens(browser)["id_token"])["auth_time"] == int(earlier.timestamp())


def test_without_a_nonce_in_the_request_there_is_none_in_the_token(browser: Client) -> None:
    assert "nonce" not in claims_of(sign_in_for_tokens(browser, nonce=None)["id_token"])


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_it_is_signed_with_the_algorithm_agreed_with_the_app(browser: Client, agent0: App, alg: str) -> None:
    App.objects.filter(pk=agent0.pk).update(id_token_signed_response_alg=alg)
    token = sign_in_for_tokens(browser)["id_token"]
    header = jose.peek(token).unverified_header
    assert (header["alg"], header["typ"]) == (alg, "JWT")
    keys = jose.KeySet.from_jwks(browser.get("/acme/keys").json())
    assert jose.verify(token, keys=keys, algorithms=[alg]).claims["sub"] == people.ALICE.sub


@pytest.mark.spec("TX-17")
def test_it_recognises_its_own(browser: Client, acme: Enterprise) -> None:
    token = sign_in_for_tokens(browser)["id_token"]
    assert verify_id_token_origin(acme, token)["sub"] == people.ALICE.sub


@pytest.mark.spec("TX-17")
def test_it_refuses_another_enterprises_token(browser: Client, acme: Enterprise, globex: Enterprise) -> None:
    token = sign_in_for_tokens(browser, AGENT0_AT_GLOBEX, people.GLOBEX_ALICE)["id_token"]
    with pytest.raises(IdTokenRejected, match="signature"):
        verify_id_token_origin(acme, token)
    assert verify_id_token_origin(globex, token)


@pytest.mark.spec("OI-09")
def test_it_takes_an_expired_one_as_a_hint(acme: Enterprise, resigned: Callable[..., str]) -> None:
    assert verify_id_token_hint(acme, resigned(exp=1))["sub"] == people.ALICE.sub


@pytest.mark.spec("TX-19", "TX-20", "JAG-29")
@pytest.mark.parametrize(
    "typ",
    [protocol.TYP_ACCESS_TOKEN, protocol.TYP_ID_JAG, protocol.TYP_LOGOUT_TOKEN, "application/jwt", "jwt", "x"],
)
def test_it_refuses_our_own_tokens_of_another_type(
    acme: Enterprise, resigned: Callable[..., str], typ: str
) -> None:
    assert verify_id_token_origin(acme, resigned())
    with pytest.raises(IdTokenRejected, match="type"):
        verify_id_token_origin(acme, resigned(typ=typ))


@pytest.mark.spec("TX-19")
def test_it_refuses_its_own_access_token(browser: Client, acme: Enterprise) -> None:
    with pytest.raises(IdTokenRejected, match="type"):
        verify_id_token_origin(acme, sign_in_for_tokens(browser)["access_token"])


@pytest.mark.spec("TX-17")
@pytest.mark.parametrize("issuer", ["http://localhost:8003/globex", "http://localhost:8003/acme/", None])
def test_it_refuses_another_issuer_under_its_own_signature(
    acme: Enterprise, resigned: Callable[..., str], issuer: str | None
) -> None:
    assert verify_id_token_origin(acme, resigned())
    with pytest.raises(IdTokenRejected, match="issuer"):
        verify_id_token_origin(acme, resigned(iss=issuer))


@pytest.mark.spec("TX-17")
@pytest.mark.parametrize(
    "override",
    [{"exp": None}, {"exp": "9999999999"}, {"exp": True}, {"exp": 1e9}, {"iat": None}, {"iat": 10**12}],
)
def test_it_is_no_subject_token_without_its_times(
    agent0: App, resigned: Callable[..., str], override: dict
) -> None:
    """Whether they are past is I6's to say; here they are whole numbers that a calendar has."""
    assert verify_id_token(agent0, resigned()).person.sub == people.ALICE.sub
    with pytest.raises(OAuthError, match="not a valid ID Token"):
        verify_id_token(agent0, resigned(**override))


@pytest.mark.spec("TX-17", "SEC-02")
@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "x" * 20_000, "é.é.é"]
)
def test_it_refuses_garbage(acme: Enterprise, token: str) -> None:
    with pytest.raises(IdTokenRejected):
        verify_id_token_origin(acme, token)


def test_it_refuses_a_token_whose_payload_was_changed(browser: Client, acme: Enterprise) -> None:
    header, payload, signature = sign_in_for_tokens(browser)["id_token"].split(".")
    with pytest.raises(IdTokenRejected, match="signature"):
        verify_id_token_origin(acme, f"{header}.{payload[:-2]}.{signature}")


@pytest.mark.spec("SEC-08")
def test_a_rotation_keeps_tokens_good_until_they_expire(browser: Client, acme: Enterprise) -> None:
    token = sign_in_for_tokens(browser)["id_token"]
    keystore.rotate(acme, now=clock.now())
    assert verify_id_token_origin(acme, token)
    keystore.rotate(acme, now=clock.now() + timedelta(hours=1))
    with pytest.raises(IdTokenRejected, match="signature"):
        verify_id_token_origin(acme, token)
    assert verify_id_token_hint(acme, token)


@pytest.mark.spec("SEC-09")
def test_a_hard_rotation_ends_them_at_once(browser: Client, acme: Enterprise) -> None:
    token = sign_in_for_tokens(browser)["id_token"]
    keystore.rotate(acme, now=clock.now(), hard=True)
    with pytest.raises(IdTokenRejected, match="signature"):
        verify_id_token_origin(acme, token)
    fresh = sign_in_for_tokens(browser)["id_token"]
    assert verify_id_token_origin(acme, fresh)


@pytest.fixture
def resigned(browser: Client, acme: Enterprise) -> Callable[..., str]:
    """An ID Token like the real one, with one claim or the type changed, under our own signature."""
    claims = claims_of(sign_in_for_tokens(browser)["id_token"])

    def build(typ: str = "JWT", **override: object) -> str:
        changed = {name: value for name, value in (claims | override).items() if value is not None}
        return jose.sign(changed, key=keystore.load_active_key(acme), typ=typ)

    return build

"""Acme says that Alice signed out: her sign-in at Agent0 is over, its tokens are gone, and her Runs stop."""

import secrets
import time
from datetime import timedelta

import pytest
import responses
from django.test import Client
from django.utils import timezone

from agent0.jobs.models import Run
from agent0.tokens.models import CachedAccessToken, SigninSession
from stage.kit import people
from tests import builders
from tests.agent0.conftest import browser_of, sign_in
from xaa import jose, protocol
from xaa.signin import conf

pytestmark = pytest.mark.django_db

ACME = "http://localhost:8003/acme"


@pytest.fixture
def acme(settings):
    """Acme's metadata and its key, as HTTP answers."""
    conf.issuer_directory.cache_clear()
    endpoints = {f"{name}_endpoint": f"{ACME}/{name}" for name in ("authorization", "token")}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        metadata = {"issuer": ACME, "jwks_uri": f"{ACME}/keys", **endpoints}
        far_side.get(f"{ACME}/.well-known/openid-configuration", json=metadata)
        far_side.get(f"{ACME}/keys", json=builders.jwks(builders.IDP_KEY))
        yield far_side
    conf.issuer_directory.cache_clear()


def logout_token(*, key: jose.SigningKey = builders.IDP_KEY, **override: object) -> str:
    """Acme's, for Agent0: the session sid-1 of Alice is over."""
    now = int(time.time())
    claims = {
        "iss": ACME,
        "sub": people.ALICE.sub,
        "sid": "sid-1",
        "aud": "agent0-at-acme",
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_urlsafe(16),
        "events": {protocol.EVENT_LOGOUT: {}},
    } | override
    present = {name: value for name, value in claims.items() if value is not builders.REMOVED}
    return jose.sign(present, key=key, typ=protocol.TYP_LOGOUT_TOKEN)


def tell(token: str) -> int:
    strict = Client(enforce_csrf_checks=True)
    return strict.post("/signin/backchannel-logout", {"logout_token": token}).status_code


def keep_access_token(session: SigninSession) -> None:
    CachedAccessToken.objects.create(
        session=session,
        resource="http://localhost:8002/api",
        scope="todos.read",
        sealed_token="sealed",
        fingerprint="7f3a",
        expires_at=timezone.now() + timedelta(minutes=5),
    )


@pytest.mark.spec("OI-10", "OI-12")
def test_it_drops_id_token_refresh_token_and_access_tokens(acme, session):
    keep_access_token(session)
    assert tell(logout_token()) == 200
    session.refresh_from_db()
    assert session.ended_at
    assert (session.sealed_id_token, session.sealed_refresh_token) == ("", "")
    assert not CachedAccessToken.objects.exists()


@pytest.mark.spec("OI-12")
def test_a_run_that_waits_stops_with_sign_in_again(acme, make_run, do, session):
    run = make_run()
    assert tell(logout_token()) == 200
    run = do(run)
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "sign_in_again")


@pytest.mark.spec("OI-12")
def test_her_next_page_asks_her_to_sign_in_again(acme, browser):
    assert browser.get("/chat").status_code == 200
    assert tell(logout_token()) == 200
    page = browser.get("/chat", follow=True)
    assert page.redirect_chain == [("/?next=%2Fchat", 302)]
    assert "Your sign-in is over. Please sign in again." in page.content.decode()


def test_another_session_of_hers_and_bobs_go_on_unless_all_of_hers_end(acme, session, alice, bob):
    elsewhere = sign_in(alice, people.ALICE, sid="sid-2")
    of_bob = sign_in(bob, people.BOB)
    at_globex = sign_in(alice, people.ALICE, issuer="http://localhost:8003/globex")
    assert tell(logout_token()) == 200
    assert [browser_of(one).get("/chat").status_code for one in (session, elsewhere, of_bob)] == [302, 200, 200]
    assert tell(logout_token(sid=builders.REMOVED)) == 200
    assert [browser_of(one).get("/chat").status_code for one in (elsewhere, of_bob, at_globex)] == [302, 200, 200]


@pytest.mark.spec("OI-10", "OI-15")
@pytest.mark.parametrize(
    "wrong",
    [
        {"key": builders.OTHER_KEY},
        {"aud": "todo0-at-acme"},
        {"iss": "http://localhost:8003/globex"},
        {"nonce": "n"},
        {"events": {}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_until_the_token_verifies_she_stays_signed_in(acme, browser, wrong):
    assert tell(logout_token(**wrong)) == 400
    assert browser.get("/chat").status_code == 200
    assert tell(logout_token()) == 200
    assert browser.get("/chat").status_code == 302

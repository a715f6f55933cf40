"""What xaa.signin hands over is kept sealed, and given up again at sign-out or when another person signs in."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from agent0.connections import first_connection
from agent0.tokens.models import SigninSession
from agent0.tokens.store import SealedTokenStore, load_session
from agent0.tokens.subject import SubjectSource
from xaa.signin.stores import SignedIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> SealedTokenStore:
    return SealedTokenStore()


@pytest.fixture
def request_of_alice(alice):
    request = RequestFactory().get("/signin/callback")
    request.session = SessionStore()
    request.user = alice
    return request


def signed_in(user, **override) -> SignedIn:
    values = {
        "connection": first_connection(),
        "user": user,
        "issuer": "http://localhost:8003/acme",
        "subject": "00u1alice",
        "sid": "sid-1",
        "claims": {},
        "expires_at": int(time.time()) + 600,
        "id_token": "the-id-token",
        "refresh_token": "the-refresh-token",
    } | override
    return SignedIn(**values)


@pytest.mark.spec("TX-35")
def test_it_keeps_the_tokens_sealed_and_only_an_id_in_the_browsers_session(store, request_of_alice, alice):
    store.keep(request_of_alice, signed_in(alice))
    session = load_session(request_of_alice)
    assert (session.issuer, session.subject, session.sid) == ("http://localhost:8003/acme", "00u1alice", "sid-1")
    assert dict(request_of_alice.session) == {"signin_session": str(session.uuid)}
    assert "the-id-token" not in session.sealed_id_token
    assert SubjectSource(session_id=session.uuid, user_id=alice.pk)().value == "the-id-token"


def test_the_hint_for_logout_is_the_id_token(store, request_of_alice, alice):
    assert store.id_token_hint(request_of_alice) == ""
    store.keep(request_of_alice, signed_in(alice, expires_at=int(time.time()) - 60))
    assert store.id_token_hint(request_of_alice) == "the-id-token"


def test_there_is_no_hint_when_the_key_is_gone(store, request_of_alice, alice):
    store.keep(request_of_alice, signed_in(alice))
    SigninSession.objects.update(sealed_id_token="altered")
    assert store.id_token_hint(request_of_alice) == ""


@pytest.mark.spec("OI-12")
def test_forgetting_drops_the_tokens_and_doing_it_again_does_nothing(store, request_of_alice, alice):
    store.keep(request_of_alice, signed_in(alice))
    store.forget(request_of_alice)
    store.forget(request_of_alice)
    session = SigninSession.objects.get()
    assert (session.sealed_id_token, session.sealed_refresh_token) == ("", "")
    assert store.id_token_hint(request_of_alice) == ""


def test_forgetting_without_a_sign_in_does_nothing(store, request_of_alice):
    request_of_alice.user = AnonymousUser()
    store.forget(request_of_alice)
    assert SigninSession.objects.count() == 0


def test_signing_in_again_ends_the_sign_in_before(store, request_of_alice, alice):
    store.keep(request_of_alice, signed_in(alice))
    store.keep(request_of_alice, signed_in(alice, id_token="another-id-token"))
    assert SigninSession.objects.filter(ended_at=None).count() == 1
    assert store.id_token_hint(request_of_alice) == "another-id-token"


@pytest.mark.spec("OI-06")
@pytest.mark.parametrize(("seconds", "kept"), [(60, 60), (10**9, 12 * 3600)])
def test_a_session_ends_when_the_idp_says_so_or_with_the_browsers_session(
    store, request_of_alice, alice, seconds, kept
):
    store.keep(request_of_alice, signed_in(alice, claims={"session_expiry": int(time.time()) + seconds}))
    session = SigninSession.objects.get()
    assert (session.ends_at - session.started_at).total_seconds() == pytest.approx(kept, abs=2)


@pytest.mark.parametrize("nonsense", ["soon", True, -1, 10**40, None, 1.5])
def test_a_session_expiry_that_is_no_time_counts_as_none(store, request_of_alice, alice, nonsense):
    store.keep(request_of_alice, signed_in(alice, claims={"session_expiry": nonsense}))
    session = SigninSession.objects.get()
    assert (session.ends_at - session.started_at).total_seconds() == pytest.approx(12 * 3600, abs=2)


@pytest.mark.spec("OI-05")
def test_it_asks_for_offline_access_since_a_job_may_outlive_the_id_token():
    assert "offline_access" in first_connection().scope


def test_the_connections_secret_is_not_in_its_representation(settings):
    assert settings.IDP_CLIENT_SECRET not in repr(first_connection())


@pytest.mark.spec("SU-06")
def test_it_keeps_how_and_when_she_signed_in_by_the_idps_word(store, request_of_alice, alice):
    store.keep(request_of_alice, signed_in(alice, claims={"acr": "urn:mfa", "auth_time": 1_700_000_000}))
    session = SigninSession.objects.get()
    assert (session.acr, session.auth_time.timestamp()) == ("urn:mfa", 1_700_000_000)


@pytest.mark.parametrize("claims", [{}, {"acr": 1, "auth_time": "now"}, {"acr": "a\0b"}, {"acr": "x" * 256}])
def test_what_the_idp_does_not_say_of_the_sign_in_counts_as_nothing(store, request_of_alice, alice, claims):
    store.keep(request_of_alice, signed_in(alice, claims=claims))
    session = SigninSession.objects.get()
    assert (session.acr, session.auth_time) == ("", None)

"""The token store: the default, and a project's own."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore

from xaa.signin.stores import SessionTokenStore, SignedIn


class RecordingStore:
    """A store of an app's own, as ``SIGNIN_TOKEN_STORE`` names it."""

    calls: list[tuple[str, str]] = []

    def keep(self, request, signed_in):
        assert request.session.session_key or request.session.modified
        self.calls.append(("keep", f"{signed_in.subject} as {request.user.username == signed_in.user.username}"))

    def id_token_hint(self, request):
        return ""

    def forget(self, request):
        self.calls.append(("forget", request.user.get_username()))

    def end(self, logout):
        self.calls.append(("end", f"{logout.subject} {logout.sid}"))


@pytest.fixture
def recorded(settings):
    settings.SIGNIN_TOKEN_STORE = f"{__name__}.RecordingStore"
    RecordingStore.calls.clear()
    return RecordingStore.calls


def test_a_store_is_asked_to_keep_after_login_and_to_forget_before(browser, acme, recorded):
    browser.sign_in(acme)
    alice = browser.who()
    assert recorded == [("forget", ""), ("keep", "00u1alice as True")]
    recorded.clear()
    acme.subject = "00u2bob"
    browser.sign_in(acme)
    assert recorded == [("forget", alice), ("keep", "00u2bob as True")]


def test_the_same_person_again_is_kept_anew_without_forgetting(browser, acme, recorded):
    browser.sign_in(acme)
    recorded.clear()
    browser.sign_in(acme)
    assert recorded == [("keep", "00u1alice as True")]


def test_a_failed_sign_in_keeps_nothing(browser, acme, recorded):
    acme.claims = {"aud": "another-app"}
    browser.sign_in(acme)
    assert recorded == []


def test_a_sign_out_forgets_while_the_session_is_still_hers(browser, acme, recorded):
    browser.sign_in(acme)
    alice = browser.who()
    recorded.clear()
    assert "id_token_hint" not in browser.post("/signin/logout")["Refresh"]
    assert recorded == [("forget", alice)]


def test_a_changed_secret_key_loses_the_tokens_and_breaks_nothing(rf, settings, db):
    store, request = SessionTokenStore(), rf.get("/")
    request.session = SessionStore()
    store.keep(request, signed_in())
    assert store.id_token_hint(request) == "the.id.token"
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert store.id_token_hint(request) == "the.id.token"
    settings.SECRET_KEY_FALLBACKS = []
    assert store.id_token_hint(request) == ""
    store.forget(request)
    store.forget(request)


def test_no_token_shows_when_a_sign_in_is_printed():
    assert "the.id.token" not in repr(signed_in())
    assert "the-refresh-token" not in repr(signed_in())


def signed_in():
    return SignedIn(
        connection=None,
        user=User(username="alice"),
        issuer="https://idp.example/acme",
        subject="00u1alice",
        sid="",
        claims={},
        expires_at=0,
        id_token="the.id.token",
        refresh_token="the-refresh-token",
    )

"""The IdP says that somebody signed out there: what ends here, for whom, and what a stranger can do with it."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from tests.xaa_signin.conftest import Browser
from tests.xaa_signin.fake_idp import OMIT, FakeIdp, key_of, merge
from xaa import jose, protocol
from xaa.signin import sessions
from xaa.signin.models import SignedInSession, UsedLogoutToken
from xaa.signin.stores import SessionTokenStore

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def logout_token(idp: FakeIdp, *, key=None, typ=protocol.TYP_LOGOUT_TOKEN, **changes) -> str:
    now = int(time.time())
    good = {
        "iss": idp.issuer,
        "sub": idp.subject,
        "sid": "session-1",
        "aud": idp.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_urlsafe(16),
        "events": {LOGOUT: {}},
    }
    return jose.sign(merge(good, changes), key=key or idp.key, typ=typ)


def tell(token: str | list[str], **form: str):
    """POST as a server does: no cookies, no CSRF token, and CSRF protection on."""
    return Client(enforce_csrf_checks=True).post("/signin/backchannel-logout", {"logout_token": token, **form})


@pytest.mark.spec("OI-10", "OI-11", "OI-12", "OI-15")
def test_it_ends_the_session_and_the_tokens_in_it(browser, acme):
    browser.sign_in(acme)
    response = tell(logout_token(acme))
    assert (response.status_code, response.content) == (200, b"")
    assert response["Cache-Control"] == "no-store"
    assert browser.who() == "nobody"
    assert not Session.objects.exists()
    assert not SignedInSession.objects.exists()


@pytest.mark.spec("OI-12")
def test_with_a_sid_it_ends_that_session_and_no_other_of_hers(acme, db):
    here, there = Browser(), Browser()
    here.sign_in(acme)
    acme.claims = {"sid": "session-2"}
    there.sign_in(acme)
    assert tell(logout_token(acme, sid="session-2")).status_code == 200
    assert (here.who() == "nobody", there.who()) == (False, "nobody")


@pytest.mark.spec("OI-12")
def test_without_a_sid_it_ends_all_of_hers_and_nobody_elses(acme, db):
    here, there, bobs = Browser(), Browser(), Browser()
    here.sign_in(acme)
    acme.claims = {"sid": "session-2"}
    there.sign_in(acme)
    acme.subject = "00u2bob"
    bobs.sign_in(acme)
    assert tell(logout_token(acme, sub="00u1alice", sid=OMIT)).status_code == 200
    assert (here.who(), there.who(), bobs.who() == "nobody") == ("nobody", "nobody", False)


def test_a_sid_alone_is_enough(browser, acme):
    browser.sign_in(acme)
    assert tell(logout_token(acme, sub=OMIT)).status_code == 200
    assert browser.who() == "nobody"


def test_a_session_whose_sid_the_idp_never_told_ends_by_its_person(browser, acme):
    acme.claims = {"sid": OMIT}
    browser.sign_in(acme)
    assert tell(logout_token(acme)).status_code == 200
    assert browser.who() == "nobody"


def test_the_same_subject_and_sid_of_another_enterprise_are_somebody_elses(acme, globex, db):
    acmes, globexs = Browser(), Browser()
    acmes.sign_in(acme)
    globexs.sign_in(globex, connection="globex")
    assert tell(logout_token(globex)).status_code == 200
    assert (acmes.who() == "nobody", globexs.who()) == (False, "nobody")


def test_a_sid_of_somebody_else_ends_nobodys_session(browser, acme):
    browser.sign_in(acme)
    assert tell(logout_token(acme, sub="00u2bob")).status_code == 200
    assert browser.who() != "nobody"


def test_a_person_who_has_signed_out_here_before_is_no_error(browser, acme):
    browser.sign_in(acme)
    browser.post("/signin/logout")
    assert not SignedInSession.objects.exists()
    assert tell(logout_token(acme)).status_code == 200


REFUSED = {
    "another app's": lambda acme: logout_token(acme, aud="another-app"),
    "a stranger's": lambda acme: logout_token(acme, iss="https://evil.example"),
    "a forged one": lambda acme: logout_token(acme, key=key_of("mallory")),
    "an old one": lambda acme: logout_token(acme, exp=int(time.time()) - 61),
    "one with a nonce": lambda acme: logout_token(acme, nonce="n"),
    "one without the event": lambda acme: logout_token(acme, events={}),
    "one of nobody": lambda acme: logout_token(acme, sub=OMIT, sid=OMIT),
    "one without a number": lambda acme: logout_token(acme, jti=OMIT),
    "an ID Token": lambda acme: logout_token(acme, typ="JWT", events=OMIT, jti=OMIT, nonce="n"),
    "an ID-JAG": lambda acme: logout_token(acme, typ=protocol.TYP_ID_JAG),
    "no JWT": lambda _acme: "x.y",
    "nothing": lambda _acme: "",
    "two": lambda acme: [logout_token(acme), logout_token(acme)],
}


@pytest.mark.spec("OI-10", "OI-15")
@pytest.mark.parametrize("what", REFUSED)
def test_until_the_token_verifies_nothing_happens_and_nothing_is_told(browser, acme, what, caplog):
    browser.sign_in(acme)
    response = tell(REFUSED[what](acme))
    assert (response.status_code, response.json()) == (400, {"error": "invalid_request"})
    assert response["Cache-Control"] == "no-store"
    assert browser.who() != "nobody"
    assert not UsedLogoutToken.objects.exists(), "nothing is burnt"
    assert "back-channel logout refused: " in caplog.text
    assert tell(logout_token(acme)).status_code == 200, "its good twin"
    assert browser.who() == "nobody"


@pytest.mark.spec("OI-11")
def test_a_copy_ends_no_session_that_began_since(browser, acme, caplog):
    browser.sign_in(acme)
    token = logout_token(acme)
    assert tell(token).status_code == 200
    browser.sign_in(acme)
    assert tell(token).status_code == 400
    assert browser.who() != "nobody"
    assert "L10 check_not_replayed failed" in caplog.text
    assert tell(logout_token(acme)).status_code == 200


@pytest.mark.spec("OI-11")
def test_what_could_not_be_done_can_be_said_again(browser, acme, monkeypatch):
    browser.sign_in(acme)
    token = logout_token(acme)

    def fail(_store: object, _logout: object) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as broken:
        broken.setattr(SessionTokenStore, "end", fail)
        with pytest.raises(RuntimeError):
            tell(token)
    assert tell(token).status_code == 200
    assert browser.who() == "nobody"


def test_used_numbers_are_forgotten_when_their_tokens_have_expired(db):
    assert sessions.claim_logout_token("https://idp.example", "old", time.time() - 1)
    assert sessions.claim_logout_token("https://idp.example", "new", time.time() + 60)
    assert UsedLogoutToken.objects.count() == 1
    assert not sessions.claim_logout_token("https://idp.example", "new", time.time() + 60)


@pytest.mark.spec("SEC-12")
def test_an_unknown_issuer_starts_no_request(browser, acme):
    tell(logout_token(acme, iss=f"{acme.origin}/evil"))
    assert acme.calls == []


def test_an_idp_whose_keys_cannot_be_had_ends_nothing(browser, acme):
    from xaa.signin import conf

    browser.sign_in(acme)
    conf.issuer_directory.cache_clear()
    acme.down = True
    assert tell(logout_token(acme)).status_code == 400
    assert browser.who() != "nobody"


@pytest.mark.spec("OI-15")
def test_it_answers_post_alone_and_reads_no_cookie(browser, acme):
    browser.sign_in(acme)
    assert browser.get("/signin/backchannel-logout").status_code == 405
    assert tell(logout_token(acme), more="is ignored").status_code == 200


def test_signing_in_again_leaves_one_row_and_sweeps_up_lost_ones(browser, acme, globex, settings):
    browser.sign_in(acme)
    browser.sign_in(acme)
    assert SignedInSession.objects.count() == 1
    acme.subject = "00u2bob"
    browser.sign_in(acme)
    assert [row.subject for row in SignedInSession.objects.all()] == ["00u2bob"]
    Session.objects.all().delete()  # as clearsessions does
    SignedInSession.objects.update(seen_at="2020-01-01T00:00Z")
    other = Browser()
    other.sign_in(globex, connection="globex")
    assert [row.issuer for row in SignedInSession.objects.all()] == [globex.issuer]
    SignedInSession.objects.update(seen_at="2020-01-01T00:00Z")
    Browser().sign_in(acme)
    assert SignedInSession.objects.count() == 2, "a session that is still there keeps its row"


def test_somebody_else_in_the_same_browser_can_be_signed_out_too(browser, acme):
    browser.sign_in(acme)
    acme.subject = "00u2bob"
    browser.sign_in(acme)
    assert tell(logout_token(acme)).status_code == 200
    assert browser.who() == "nobody"


@pytest.mark.spec("OI-11")
@pytest.mark.django_db(transaction=True)
def test_of_eight_copies_at_the_same_time_one_counts():
    def claim(_number: int) -> bool:
        try:
            return sessions.claim_logout_token("https://idp.example", "one", time.time() + 60)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sorted(pool.map(claim, range(8))) == [False] * 7 + [True]

"""The answer through the browser: whose it is, how often it is good, and what garbage does (nothing)."""

import time

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.xaa_signin.conftest import Browser, connection_to
from tests.xaa_signin.fake_idp import OMIT, callback_url
from xaa.signin import attempts, conf
from xaa.signin.connections import StaticConnections


@pytest.mark.spec("SEC-25")
def test_a_state_is_good_once(browser, acme):
    answer = acme.authorize(browser.start())
    assert browser.come_back(answer).status_code == 302
    again = browser.come_back(answer)
    assert again.status_code == 400
    assert "unknown_state" in again.content.decode()
    assert browser.who() != "nobody", "and a second try signs nobody out"
    assert acme.calls.count("/token") == 1


@pytest.mark.spec("SEC-25")
def test_a_state_is_bound_to_the_browser_that_started(browser, acme):
    """Login CSRF: Eve sends Alice the end of a sign-in that Eve has begun."""
    answer = acme.authorize(browser.start())
    alice = Browser()
    alice.start()
    assert alice.come_back(answer).status_code == 400
    assert alice.who() == "nobody"
    assert browser.come_back(answer).status_code == 302


def test_a_failed_answer_uses_its_state_up(browser, acme):
    answer = acme.authorize(browser.start())
    assert browser.come_back(answer | {"iss": "https://evil.example"}).status_code == 400
    assert "unknown_state" in browser.come_back(answer).content.decode()


@pytest.mark.spec("SEC-27")
def test_the_answer_of_one_enterprise_is_not_taken_to_another(browser, acme, globex):
    """The mix-up attack: started with Globex, answered by Acme."""
    location = browser.start(connection="globex")
    code = acme.authorize(browser.start())["code"]
    answer = globex.authorize(location) | {"code": code, "iss": acme.issuer}
    assert "wrong_sender" in browser.come_back(answer).content.decode()
    assert "/token" not in acme.calls + globex.calls


def test_two_enterprises_side_by_side_give_two_people(browser, acme, globex):
    to_acme, to_globex = browser.start(), browser.start(connection="globex")
    assert browser.come_back(globex.authorize(to_globex)).status_code == 302
    at_globex = browser.who()
    assert browser.come_back(acme.authorize(to_acme)).status_code == 302
    assert browser.who() != at_globex, "the same subject at another issuer is somebody else"
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    ("error", "status", "reference"),
    [
        ("access_denied", 403, "idp_denied"),
        ("login_required", 403, "idp_wants_you"),
        ("interaction_required", 403, "idp_wants_you"),
        ("temporarily_unavailable", 503, "idp_busy"),
        ("server_error", 503, "idp_busy"),
        ("unauthorized_client", 502, "idp_refused_request"),
        ("", 502, "idp_refused_request"),
    ],
)
def test_a_refusal_by_the_idp_is_a_page_in_its_own_words(browser, acme, error, status, reference):
    answer = acme.authorize(
        browser.start(next="/todos"), code=OMIT, error=error, error_description="Ask Carol <b>now</b>"
    )
    response = browser.come_back(answer)
    page = response.content.decode()
    assert response.status_code == status
    assert reference in page
    assert "Ask Carol &lt;b&gt;now&lt;/b&gt;" in page
    assert "next=%2Ftodos" in page


def test_a_refusal_by_the_idp_signs_nobody_out(browser, acme):
    browser.sign_in(acme)
    alice = browser.who()
    browser.come_back(acme.authorize(browser.start(prompt="none"), code=OMIT, error="login_required"))
    assert browser.who() == alice


def test_an_error_is_believed_only_from_the_right_idp(browser, acme):
    answer = acme.authorize(browser.start(), code=OMIT, error="access_denied", iss="https://evil.example")
    assert "wrong_sender" in browser.come_back(answer).content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"code": OMIT},
        {"code": ""},
        {"code": ["a", "b"]},
        {"code": "a\x00"},
        {"code": "a\n"},
        {"code": "\x7f"},
        {"code": "caf\u00e9"},
        {"iss": ["https://a.example", "https://b.example"]},
        {"error": ["a", "b"]},
        {"error": ["", ""]},
    ],
)
def test_an_answer_without_exactly_one_code_is_a_page(browser, acme, changes):
    response = browser.come_back(acme.authorize(browser.start(), **changes))
    assert (response.status_code, "bad_answer" in response.content.decode()) == (400, True)
    assert "/token" not in acme.calls
    assert browser.come_back(acme.authorize(browser.start())).status_code == 302


@pytest.mark.spec("SEC-27")
def test_a_doubled_iss_is_refused_even_if_one_of_them_is_right(browser, acme):
    for issuers in ([acme.issuer, "https://evil.example"], ["https://evil.example", acme.issuer]):
        response = browser.come_back(acme.authorize(browser.start(), iss=issuers))
        assert "bad_answer" in response.content.decode()


def test_a_doubled_state_is_refused(browser, acme):
    answer = acme.authorize(browser.start())
    for states in ([answer["state"], "x"], ["x", answer["state"]], [answer["state"]] * 2):
        response = browser.come_back(answer | {"state": states})
        assert (response.status_code, "unknown_state" in response.content.decode()) == (400, True)
    assert browser.come_back(answer).status_code == 302


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    garbage=st.dictionaries(
        st.sampled_from(["state", "code", "error", "error_description", "iss", "session_state", "id_token"]),
        st.one_of(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=3)),
    )
)
def test_garbage_is_a_page_and_changes_nothing(db, acme, garbage):
    browser = Browser()
    answer = acme.authorize(browser.start())
    response = browser.get("/signin/callback", garbage)
    assert response.status_code == 400
    assert browser.come_back(answer).status_code == 302


@pytest.mark.parametrize(
    "path", ["/signin/callback", "/signin/callback?state=%ff&code=%00", "/signin/callback?state[]=x&code[]=y"]
)
def test_odd_urls_are_pages(browser, path):
    assert browser.get(path).status_code == 400


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_not_allowed(browser, acme, method):
    answer = acme.authorize(browser.start())
    assert getattr(browser, method)(callback_url(answer)).status_code == 405
    assert browser.come_back(answer).status_code == 302


def test_an_attempt_that_took_too_long_is_a_page(browser, acme, monkeypatch):
    answer = acme.authorize(browser.start())
    monkeypatch.setattr(attempts, "LIFETIME", -1)
    assert "stale_state" in browser.come_back(answer).content.decode()


def test_a_connection_removed_meanwhile_is_a_page(browser, acme, globex, settings):
    answer = acme.authorize(browser.start())
    settings.SIGNIN_CONNECTIONS = StaticConnections([connection_to(globex)])
    response = browser.come_back(answer)
    assert response.status_code == 404
    assert "unknown_connection" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_sign_out_in_another_tab_meanwhile_is_a_page(acme):
    """The session's row is deleted while the callback waits for the IdP."""
    browser = Browser()
    answer = acme.authorize(browser.start())
    conf.issuer_directory.cache_clear()
    acme.meanwhile = end_all_sessions
    response = browser.come_back(answer)
    assert response.status_code == 400
    assert "session_ended" in response.content.decode()
    assert browser.who() == "nobody"


def end_all_sessions():
    Session.objects.all().delete()
    connection.close()  # this runs in the IdP's thread


@pytest.mark.spec("SU-06")
def test_a_step_up_wants_a_fresh_sign_in(browser, acme):
    acme.claims = {"auth_time": int(time.time()) - 500}
    assert browser.sign_in(acme).status_code == 302
    assert browser.sign_in(acme, max_age="600").status_code == 302
    response = browser.sign_in(acme, max_age="300")
    assert (response.status_code, "id_token_refused" in response.content.decode()) == (403, True)


@pytest.mark.spec("SU-06")
def test_a_step_up_wants_a_sign_in_as_strong_as_asked(browser, acme):
    acme.claims = {"acr": "urn:mfa"}
    assert browser.sign_in(acme, acr_values="phr urn:mfa").status_code == 302
    response = browser.sign_in(acme, acr_values="phr")
    assert (response.status_code, "id_token_refused" in response.content.decode()) == (403, True)


@pytest.mark.spec("SEC-30")
def test_failures_name_no_secret_in_page_or_log(browser, acme, caplog):
    acme.claims = {"aud": "another-app"}
    answer = acme.authorize(browser.start())
    page = browser.come_back(answer).content.decode()
    for text in (page, caplog.text):
        assert "eyJ" not in text
        assert answer["code"] not in text
        assert acme.client_secret not in text
    assert "another-app" in caplog.text, "the log says what was found"
    assert "another-app" not in page

"""Signing out: here first and always, then at the IdP."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.xaa_signin.conftest import Browser
from tests.xaa_signin.fake_idp import OMIT
from xaa import jose


def onward(response):
    url = response["Refresh"].removeprefix("0; url=")
    return url, {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.spec("OI-07", "OI-12")
def test_it_signs_out_here_and_takes_the_browser_to_the_idp(browser, acme):
    browser.sign_in(acme)
    response = browser.post("/signin/logout")
    url, sent = onward(response)
    assert browser.who() == "nobody"
    assert url.startswith(f"{acme.issuer}/logout?")
    assert jose.peek(sent["id_token_hint"]).unverified_claims["sub"] == "00u1alice"
    assert sent["client_id"] == "app-at-acme"
    assert sent["post_logout_redirect_uri"] == "http://testserver/signin/logged-out"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.spec("OI-07")
def test_it_knows_its_own_way_back_by_the_state(browser, acme):
    browser.sign_in(acme)
    _, sent = onward(browser.post("/signin/logout"))
    assert "at Acme" not in browser.get("/signin/logged-out?state=forged").content.decode()
    browser.sign_in(acme)
    _, sent = onward(browser.post("/signin/logout"))
    page = browser.get("/signin/logged-out", {"state": sent["state"]}).content.decode()
    assert "so has the one at Acme" in page


def test_get_asks_and_signs_nobody_out(browser, acme):
    browser.sign_in(acme)
    page = browser.get("/signin/logout").content.decode()
    assert '<form method="post"' in page
    assert browser.who() != "nobody"


def test_another_site_cannot_sign_anybody_out(acme, db):
    strict = Browser(enforce_csrf_checks=True)
    strict.sign_in(acme)
    assert strict.post("/signin/logout").status_code == 403
    assert strict.who() != "nobody"


def test_another_site_cannot_even_where_the_project_has_no_csrf_middleware(acme, db, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "csrf" not in name]
    strict = Browser(enforce_csrf_checks=True)
    strict.sign_in(acme)
    assert strict.post("/signin/logout").status_code == 403


def test_the_page_after_a_sign_out_signs_nobody_out(browser, acme):
    browser.sign_in(acme)
    assert "still signed in" in browser.get("/signin/logged-out").content.decode()
    assert browser.who() != "nobody"


@pytest.mark.parametrize("trouble", ["down", "no endpoint"])
def test_an_idp_that_cannot_be_told_keeps_nobody_signed_in_here(browser, acme, trouble):
    from xaa.signin import conf

    browser.sign_in(acme)
    conf.issuer_directory.cache_clear()
    if trouble == "down":
        acme.down = True
    else:
        acme.metadata = {"end_session_endpoint": OMIT}
    response = browser.post("/signin/logout")
    assert browser.who() == "nobody"
    assert response.status_code == 200
    assert "Acme could not be told" in response.content.decode()


def test_signing_out_twice_or_without_a_session_is_a_page(browser, acme):
    browser.sign_in(acme)
    browser.post("/signin/logout")
    response = browser.post("/signin/logout")
    assert response.status_code == 200
    assert "You are signed out" in response.content.decode()


def test_a_connection_that_was_removed_since_is_no_obstacle(browser, acme, globex, settings):
    from tests.xaa_signin.conftest import connection_to
    from xaa.signin.connections import StaticConnections

    browser.sign_in(acme)
    settings.SIGNIN_CONNECTIONS = StaticConnections([connection_to(globex)])
    assert browser.post("/signin/logout").status_code == 200
    assert browser.who() == "nobody"


def test_no_token_outlives_the_session(browser, acme):
    browser.sign_in(acme)
    cookie = browser.cookies["sessionid"].value
    browser.post("/signin/logout")
    browser.cookies["sessionid"] = cookie
    assert browser.who() == "nobody"
    assert "signin_tokens" not in browser.session

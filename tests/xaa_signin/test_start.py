"""Starting: finding the enterprise, what is passed on to it, and what is not."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.xaa_signin.fake_idp import OMIT
from xaa.signin import conf


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_it_asks_for_the_work_email_when_nothing_names_the_enterprise(browser):
    response = browser.get("/signin/start?next=/todos")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="email"' in page
    assert 'value="/todos"' in page


def test_the_email_domain_finds_the_enterprise_and_becomes_the_login_hint(browser, acme):
    response = browser.post("/signin/start", {"email": " Alice@ACME.example ", "next": "/todos"})
    url = response["Refresh"].removeprefix("0; url=")
    assert response.status_code == 200
    assert query_of(url)["login_hint"] == "Alice@ACME.example"
    assert browser.come_back(acme.authorize(url))["Location"] == "/todos"


def test_a_form_is_not_redirected_to_the_idp_which_form_action_self_would_block(browser, acme):
    for response in (
        browser.post("/signin/start", {"email": "alice@acme.example"}),
        browser.get("/signin/start", {"email": "alice@acme.example"}),
        browser.post("/signin/start", {"connection": "acme"}),
    ):
        assert response.status_code == 200
        assert f'href="{acme.issuer}/authorize?' in response.content.decode()
        assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "email", ["eve@unknown.example", "alice@acme.example.evil.example", "alice@sub.acme.example", "alice", "@", ""]
)
def test_an_unknown_domain_is_told_and_what_was_typed_is_kept(browser, email):
    response = browser.post("/signin/start", {"email": email, "next": "/todos"})
    page = response.content.decode()
    assert response.status_code == 404
    assert 'role="alert"' in page
    assert f'value="{email}"' in page
    assert 'value="/todos"' in page


def test_what_was_typed_is_escaped(browser):
    page = browser.post("/signin/start", {"email": '"><script>@x.example'}).content.decode()
    assert "<script>" not in page


def test_an_unknown_connection_leads_to_the_form(browser):
    response = browser.get("/signin/start?connection=nobody")
    assert response.status_code == 404
    assert "no enterprise of that name" in response.content.decode()


def test_the_form_wants_a_csrf_token(acme, db):
    from tests.xaa_signin.conftest import Browser

    strict = Browser(enforce_csrf_checks=True)
    assert strict.post("/signin/start", {"email": "alice@acme.example"}).status_code == 403
    assert strict.get("/signin/start?connection=acme").status_code == 302


def test_it_passes_on_what_a_step_up_asks_for(browser):
    asked = {"prompt": "login", "max_age": "0", "acr_values": "urn:mfa phr", "login_hint": "alice@acme.example"}
    sent = query_of(browser.start(**asked))
    assert {name: sent[name] for name in asked} == asked


def start_again_of(response):
    found = re.search(r'<a class="button button--primary" href="([^"]+)">Start again', response.content.decode())
    return query_of(html.unescape(found[1]))


ASKED = {"connection": "acme", "next": "/todos", "prompt": "login", "max_age": "0", "acr_values": "urn:mfa phr"}


@pytest.mark.spec("SU-05")
def test_whoever_starts_again_is_asked_for_the_same_step_up(browser, acme):
    """At whichever end the sign-in broke: before the IdP, or with its answer."""
    acme.down = True
    before = browser.get("/signin/start", ASKED)
    acme.down = False
    refused = browser.come_back(acme.authorize(browser.start(**ASKED), code=OMIT, error="access_denied"))
    assert [start_again_of(failed) for failed in (before, refused)] == [ASKED, ASKED]


def test_starting_again_asks_for_no_silence_that_failed_and_tells_no_log_an_address(browser, acme):
    location = browser.start(next="/todos", prompt="none", login_hint="alice@acme.example")
    failed = browser.come_back(acme.authorize(location, code=OMIT, error="login_required"))
    assert start_again_of(failed) == {"connection": "acme", "next": "/todos"}


def test_of_a_garbled_start_only_the_way_home_is_asked_for_again(browser):
    failed = browser.get("/signin/start", ASKED | {"max_age": "soon"})
    assert start_again_of(failed) == {"connection": "acme", "next": "/todos"}


def test_the_form_for_the_address_keeps_what_was_asked_for(browser):
    page = browser.get("/signin/start", {**ASKED, "connection": ""}).content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    kept.pop("csrfmiddlewaretoken", None)
    assert kept | {"connection": "acme"} == ASKED
    sent = browser.post("/signin/start", kept | {"email": "alice@acme.example"})["Refresh"].removeprefix("0; url=")
    assert query_of(sent)["acr_values"] == "urn:mfa phr"


def test_it_passes_on_nothing_else(browser):
    sent = query_of(browser.start(redirect_uri="https://evil.example", scope="admin", client_id="x", state="s"))
    assert sent["redirect_uri"] == "http://testserver/signin/callback"
    assert (sent["scope"], sent["client_id"]) == ("openid email profile", "app-at-acme")
    assert sent["state"] != "s"
    assert not {"prompt", "max_age", "acr_values", "login_hint"} & set(sent)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prompt", "none login"),
        ("prompt", "shout"),
        ("max_age", "-1"),
        ("max_age", "soon"),
        ("max_age", "1e3"),
        ("max_age", "²"),
        ("max_age", "9" * 40),
        ("acr_values", "a\nb"),
        ("login_hint", "x" * 256),
        ("login_hint", "a\x00b"),
    ],
)
def test_it_refuses_a_garbled_wish_with_a_page(browser, name, value):
    response = browser.get("/signin/start", {"connection": "acme", name: value})
    assert response.status_code == 400
    assert "bad_start" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "http://testserver/todos",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "todos",
        "/\nSet-Cookie: a=b",
    ],
)
def test_next_leads_nowhere_but_to_a_path_of_this_site(browser, acme, path):
    assert browser.sign_in(acme, next=path)["Location"] == "/home"


def test_each_tab_keeps_its_own_way_home(browser, acme):
    first, second = browser.start(next="/first"), browser.start(next="/second")
    assert browser.come_back(acme.authorize(first))["Location"] == "/first"
    assert browser.come_back(acme.authorize(second))["Location"] == "/second"


def test_an_authorization_endpoint_may_have_a_query_of_its_own(browser, acme):
    acme.metadata = {"authorization_endpoint": f"{acme.issuer}/authorize?policy=b2c"}
    sent = query_of(browser.start())
    assert (sent["policy"], sent["response_type"]) == ("b2c", "code")


def test_an_idp_that_is_down_is_a_page_that_says_who_can_mend_it(browser, acme):
    acme.down = True
    response = browser.get("/signin/start?connection=acme&next=/todos")
    page = response.content.decode()
    assert response.status_code == 503
    assert "Whoever runs Acme" in page
    assert "/signin/start?connection=acme&amp;next=%2Ftodos" in page
    acme.down = False
    assert browser.sign_in(acme).status_code == 302


@pytest.mark.spec("OI-02")
@pytest.mark.parametrize(
    "metadata",
    [
        {"authorization_endpoint": OMIT},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "/authorize"},
        {"authorization_endpoint": "https://idp.example/\r\nX: y"},
        {"authorization_endpoint": ["https://idp.example"]},
        {"token_endpoint": "http://[broken"},
        {"jwks_uri": OMIT},
        {"end_session_endpoint": "ftp://idp.example"},
    ],
)
def test_it_sends_nobody_to_an_idp_whose_metadata_is_wrong(browser, acme, metadata):
    acme.metadata = metadata
    response = browser.get("/signin/start?connection=acme")
    assert response.status_code == 503
    assert "idp_unavailable" in response.content.decode()


@pytest.mark.spec("OI-02", "MD-08")
@pytest.mark.parametrize("issuer", ["https://another-idp.example", OMIT, "slash"])
def test_an_idp_that_calls_itself_something_else_is_for_the_operator_to_mend(browser, acme, issuer, caplog):
    assert browser.get("/signin/start?connection=acme").status_code == 302
    conf.issuer_directory.cache_clear()
    acme.metadata = {"issuer": f"{acme.issuer}/" if issuer == "slash" else issuer}
    response = browser.get("/signin/start?connection=acme")
    assert (response.status_code, "idp_mismatch" in response.content.decode()) == (502, True)
    assert f"expected issuer {acme.issuer!r}, found" in caplog.text


def test_plain_http_is_refused_unless_the_demo_allows_it(browser, settings):
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    assert browser.get("/signin/start?connection=acme").status_code == 503


def test_the_browser_is_sent_to_https_unless_the_demo_allows_otherwise(browser, monkeypatch):
    """The metadata is fetched already; it is the endpoint in it that is refused."""
    browser.start()
    monkeypatch.setattr(conf, "allow_private_addresses", lambda: False)
    assert browser.get("/signin/start?connection=acme").status_code == 503


@pytest.mark.parametrize("method", ["put", "delete", "patch", "head"])
def test_other_methods_are_not_allowed(browser, method):
    assert getattr(browser, method)("/signin/start?connection=acme").status_code == 405


def test_fifty_attempts_are_remembered_and_the_oldest_goes_first(browser, acme):
    first = browser.start()
    later = [browser.start() for _ in range(50)]
    assert browser.come_back(acme.authorize(first)).status_code == 400
    assert browser.come_back(acme.authorize(later[0])).status_code == 302

"""The browser's way in, for apps that have no ID-JAG: kept strict, and its tokens as narrow as the others."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from oauth2_provider.models import Application, RefreshToken

from stage.kit import people
from tests.todo0.conftest import API, TODO0, Redeem, basic_auth, call_api, id_jag, post_form, secret_of
from xaa import jose, protocol

CALLBACK = "http://localhost:9999/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "response_type": "code",
    "client_id": "agent0-at-todo0",
    "redirect_uri": CALLBACK,
    "scope": "todos.read",
    "state": "s1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice's, with a client that has a redirect URI; the seeded ones have none."""
    Application.objects.filter(client_id="agent0-at-todo0").update(redirect_uris=CALLBACK)
    client = Client()
    client.force_login(alice)
    return client


def allow(browser: Client, **override: Any) -> dict[str, str]:
    asked = {name: value for name, value in (ASKED | override).items() if value is not None}
    answer = browser.post("/oauth/authorize", asked | {"allow": "Authorize"})
    assert answer.status_code == 302, answer.content
    assert answer["Location"].startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def redeem_code(code: str, **override: Any) -> Any:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return post_form("/oauth/token", form | override, Authorization=basic_auth())


@pytest.mark.spec("SEC-24", "SEC-27", "AT-07", "RF-01")
def test_it_lets_an_app_in_that_the_person_allows(browser: Client) -> None:
    page = browser.get("/oauth/authorize", ASKED)
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert "http://localhost:9999" in page["Content-Security-Policy"]
    response = allow(browser)
    assert (response["state"], response["iss"]) == ("s1", TODO0)
    answer = redeem_code(response["code"])
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert "refresh_token" not in body
    assert not RefreshToken.objects.exists()
    claims = jose.peek(body["access_token"]).unverified_claims
    assert (claims["aud"], claims["scope"]) == (API, "todos.read")
    assert call_api("GET", "/todos", Authorization=f"Bearer {body['access_token']}").status_code == 200
    assert redeem_code(response["code"]).json()["error"] == "invalid_grant", "a code works once"


@pytest.mark.spec("MD-16")
@pytest.mark.parametrize(
    "refused", [{"iss": "https://idp.example/unheard-of"}, {"sub": people.DAN.sub}, {"scope": "x"}]
)
def test_an_app_that_is_refused_in_spite_of_the_published_profile_can_still_ask_the_person(
    browser: Client, redeem: Redeem, refused: dict[str, str]
) -> None:
    """The profile says that ID-JAGs are understood, not whose, for whom or for what (ID-JAG §7.2)."""
    published = Client().get("/.well-known/oauth-authorization-server").json()
    assert published[protocol.META_GRANT_PROFILES] == [protocol.GRANT_PROFILE_ID_JAG]
    assert "authorization_code" in published["grant_types_supported"]
    answer = redeem(id_jag(**refused))
    assert (answer.status_code, set(answer.json())) == (400, {"error", "error_description"})
    assert redeem_code(allow(browser)["code"]).status_code == 200


def api_status(token: str) -> int:
    return call_api("GET", "/todos", Authorization=f"Bearer {token}").status_code


@pytest.mark.spec("SEC-28")
@pytest.mark.parametrize("thief", ["agent0-at-todo0", "evil0-at-todo0"])
def test_a_code_that_comes_again_ends_what_it_brought(browser: Client, thief: str) -> None:
    code, other = allow(browser)["code"], allow(browser)["code"]
    token, others = redeem_code(code).json()["access_token"], redeem_code(other).json()["access_token"]
    assert (api_status(token), api_status(others)) == (200, 200)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    again = post_form("/oauth/token", form, Authorization=basic_auth(thief, secret_of(thief)))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (api_status(token), api_status(others)) == (401, 200)


@pytest.mark.spec("SEC-28")
def test_a_stranger_without_credentials_ends_nothing(browser: Client) -> None:
    code = allow(browser)["code"]
    token = redeem_code(code).json()["access_token"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": "agent0-at-todo0"}
    assert post_form("/oauth/token", form).status_code == 401
    assert api_status(token) == 200
    assert redeem_code(code).status_code == 400
    assert api_status(token) == 401


@pytest.mark.spec("SEC-28")
def test_a_failed_use_spends_no_code_and_ends_nothing(browser: Client) -> None:
    code = allow(browser)["code"]
    assert redeem_code(code, code_verifier="w" * 64).json()["error"] == "invalid_grant"
    token = redeem_code(code).json()["access_token"]
    assert redeem_code("never-issued").json()["error"] == "invalid_grant"
    assert api_status(token) == 200


@pytest.mark.spec("SEC-28")
@pytest.mark.parametrize("step", range(1, 6))
def test_of_two_uses_at_once_the_one_that_comes_too_late_ends_both(browser: Client, step: int) -> None:
    """The other goes through all of its way while this one is between two looks at the code, whichever two."""
    code, others, looks = allow(browser)["code"], [], [0]

    def let_the_other_pass(execute: Any, sql: str, *args: Any) -> Any:
        found = execute(sql, *args)
        looks[0] += "oauth2_provider_grant" in sql and sql.startswith("SELECT")
        if looks[0] == step and not others:
            others.append("under way")
            others.append(redeem_code(code).json()["access_token"])
        return found

    with connection.execute_wrapper(let_the_other_pass):
        late = redeem_code(code)
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    assert api_status(others[1]) == 401


@pytest.mark.spec("RD-24", "RD-26")
def test_it_issues_tokens_for_its_own_resources_only(browser: Client) -> None:
    assert allow(browser, resource="http://elsewhere.example")["error"] == "invalid_target"
    code = allow(browser, resource=API)["code"]
    assert redeem_code(code, resource="http://elsewhere.example").json()["error"] == "invalid_target"
    code = allow(browser, resource=API)["code"]
    assert redeem_code(code, resource=API).status_code == 200


@pytest.mark.spec("SEC-24")
@pytest.mark.parametrize(
    "override", [{"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": "plain"}]
)
def test_it_wants_pkce_with_s256(browser: Client, override: dict[str, Any]) -> None:
    assert allow(browser, **override)["error"] == "invalid_request"


@pytest.mark.spec("SEC-24")
def test_it_wants_the_verifier(browser: Client) -> None:
    assert redeem_code(allow(browser)["code"], code_verifier="w" * 64).json()["error"] == "invalid_grant"


@pytest.mark.spec("SEC-23")
@pytest.mark.parametrize(
    "override",
    [
        {"redirect_uri": f"{CALLBACK}/more"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?x=1"},
        {"redirect_uri": CALLBACK.replace("9999", "9998")},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": "http://evil.example/"},
        {"client_id": "nobody"},
        {"client_id": "a\x00b"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://localhost:9999/%zz"},
    ],
)
def test_it_redirects_nobody_when_the_client_is_wrong(browser: Client, override: dict[str, str]) -> None:
    assert browser.get("/oauth/authorize", ASKED | override).status_code == 400
    altered = browser.post("/oauth/authorize", ASKED | override | {"allow": "Authorize"})
    assert altered.status_code in (200, 400), "a form refused by its own rules is shown again"


@pytest.mark.parametrize("response_type", ["token", "none", "id_token", "code token", ""])
def test_it_has_no_response_type_but_code(browser: Client, response_type: str) -> None:
    answer = browser.get("/oauth/authorize", ASKED | {"response_type": response_type})
    assert answer.status_code == 302
    assert "error=" in answer["Location"]
    assert "access_token" not in answer["Location"]


def test_it_asks_strangers_to_sign_in_first(seeded: None) -> None:
    answer = Client().get("/oauth/authorize", ASKED)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/?next=/oauth/authorize")


def test_the_seeded_clients_cannot_use_it(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    assert client.get("/oauth/authorize", ASKED).status_code == 400


@pytest.mark.spec("SEC-23")
@pytest.mark.parametrize("uri", ["https://evil.example/", f"{CALLBACK}/more", "http://[", "http://x#f"])
def test_who_says_no_is_sent_to_no_other_address_either(browser: Client, uri: str) -> None:
    assert browser.post("/oauth/authorize", ASKED | {"redirect_uri": uri}).status_code in (200, 400)
    no = browser.post("/oauth/authorize", ASKED)
    assert (no.status_code, no["Location"].startswith(f"{CALLBACK}?error=access_denied")) == (302, True)


@pytest.mark.parametrize("resource", ["http://[", f"{API} http://[::1", "x"])
def test_a_resource_that_is_no_url_is_refused(browser: Client, resource: str) -> None:
    for answer in (
        browser.get("/oauth/authorize", ASKED | {"resource": resource}),
        browser.post("/oauth/authorize", ASKED | {"resource": resource, "allow": "Authorize"}),
    ):
        assert answer.status_code == 400 or "error=invalid_target" in answer["Location"]


STRANGE = [
    "client_id=%zz",
    "client_id=%00",
    "client_id=a&client_id=b",
    "scope=%ff",
    "prompt=none",
    "resource=x",
    "resource=http://[",
    "resource=http://[::1&x=%zz",
]


@pytest.mark.parametrize("query", STRANGE)
def test_it_never_breaks_on_a_strange_request(browser: Client, query: str) -> None:
    for visitor in (browser, Client()):
        assert visitor.get(f"/oauth/authorize?{query}").status_code in (302, 400)

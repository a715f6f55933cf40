"""Revocation: an app's own tokens, whichever it gives back, and nobody else's."""

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.idp_mock.app_side import AGENT0, FORM, TODO0, RegisteredApp, ask_token, sign_in_for_tokens

pytestmark = pytest.mark.django_db
OFFLINE = "openid offline_access"


def revoke(client: Client, body: str, app: RegisteredApp = AGENT0, **headers: str) -> HttpResponse:
    headers = {"Authorization": app.basic} | headers
    return client.post("/acme/revoke", body, content_type=FORM, headers=headers)


def works(client: Client, tokens: dict[str, str]) -> bool:
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    return client.get("/acme/userinfo", headers=bearer).status_code == 200


@pytest.mark.spec("RF-09")
@pytest.mark.parametrize("given_back", ["refresh_token", "access_token"])
@pytest.mark.parametrize("hint", ["", "&token_type_hint=access_token", "&token_type_hint=whatever"])
def test_either_token_ends_the_family(browser: Client, given_back: str, hint: str) -> None:
    tokens, other = sign_in_for_tokens(browser, scope=OFFLINE), sign_in_for_tokens(browser, scope=OFFLINE)
    response = revoke(browser, f"token={tokens[given_back]}{hint}")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    refreshed = ask_token(browser, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"
    assert not works(browser, tokens)
    assert works(browser, other)


def test_another_clients_token_is_answered_alike_and_lives_on(browser: Client) -> None:
    tokens = sign_in_for_tokens(browser, scope=OFFLINE)
    mine = revoke(browser, "token=unknown")
    for value in (tokens["refresh_token"], tokens["access_token"]):
        theirs = revoke(browser, f"token={value}", TODO0)
        assert (theirs.status_code, theirs.content) == (mine.status_code, mine.content)
    assert works(browser, tokens)


def test_it_wants_a_client_and_a_token(browser: Client) -> None:
    assert revoke(browser, "token=x", Authorization="Basic eDp5").status_code == 401
    assert revoke(browser, "").json()["error"] == "invalid_request"
    assert revoke(browser, "token=a&token=b").json()["error"] == "invalid_request"
    assert browser.get("/acme/revoke").status_code == 405
    assert browser.post("/nobody/revoke", "token=x", content_type=FORM).json()["error"] == "unknown_tenant"

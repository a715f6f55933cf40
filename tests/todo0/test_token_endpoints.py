"""Introspection and revocation: only for clients that authenticate, and only about their own tokens."""

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from stage.kit import people
from tests.todo0.conftest import API, TODO0, Call, Redeem, basic_auth, id_jag, post_form, secret_of, user_of
from todo0.federation.models import Organization

INACTIVE = {"active": False}
EVIL0 = basic_auth("evil0-at-todo0")


def introspect(token: str, authorization: str = "", **form: str) -> Any:
    headers = {"Authorization": authorization or basic_auth()}
    return post_form("/oauth/introspect", {"token": token} | form, **headers)


@pytest.mark.spec("RS-09")
def test_it_tells_a_client_about_its_own_token(redeem: Redeem) -> None:
    signed_in = {"auth_time": int(time.time()) - 60, "acr": "urn:acme:mfa", "amr": ["pwd", "otp"]}
    answer = introspect(redeem(id_jag(**signed_in)).json()["access_token"])
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body.pop("exp") - body.pop("iat") in range(299, 302)
    assert body == {
        "active": True,
        "iss": TODO0,
        "aud": API,
        "sub": user_of(people.ALICE).username,
        "client_id": "agent0-at-todo0",
        "scope": "todos.read todos.write",
        "token_type": "Bearer",
        "org_id": Organization.objects.get(connection__slug="acme").org_id,
        **signed_in,
    }


@pytest.mark.spec("RS-07")
@pytest.mark.parametrize(
    "authorization", ["Basic nonsense", basic_auth(secret="wrong"), basic_auth("nobody", "x"), "Bearer x"]
)
def test_it_tells_nobody_else(token: str, authorization: str) -> None:
    answer = introspect(token, authorization)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic ")
    assert introspect(token, f"Bearer {token}").status_code == 401, "not even the token itself"
    assert post_form("/oauth/introspect", {"token": token}).status_code == 401


@pytest.mark.spec("RS-08")
def test_it_says_inactive_and_nothing_more(token: str) -> None:
    assert introspect("unknown").json() == INACTIVE
    assert introspect(token, EVIL0).json() == INACTIVE, "another client's"
    AccessToken.objects.update(expires=timezone.now())
    assert introspect(token).json() == INACTIVE, "expired"
    AccessToken.objects.all().delete()
    assert introspect(token).json() == INACTIVE, "revoked"


def test_it_takes_the_secret_in_the_form_as_well(token: str) -> None:
    form = {"token": token, "client_id": "agent0-at-todo0", "client_secret": secret_of("agent0-at-todo0")}
    assert post_form("/oauth/introspect", form).json()["active"] is True


@pytest.mark.spec("SEC-29")
def test_it_takes_no_token_from_the_url(token: str) -> None:
    headers = {"Authorization": basic_auth()}
    assert Client(headers=headers).get("/oauth/introspect", {"token": token}).status_code == 405
    answer = post_form(f"/oauth/introspect?token={token}", {}, **headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_it_wants_a_token_to_introspect(seeded: None) -> None:
    assert introspect("").json()["error"] == "invalid_request"


def revoke(token: str, authorization: str = "", **form: str) -> Any:
    headers = {"Authorization": authorization or basic_auth()}
    return post_form("/oauth/revoke", {"token": token} | form, **headers)


@pytest.mark.spec("RS-11", "RS-12", "RS-13")
@pytest.mark.parametrize(
    "hint",
    [{}, *({"token_type_hint": kind} for kind in ("access_token", "refresh_token", "id_token", "x"))],
    ids=str,
)
def test_a_client_revokes_its_own_token(token: str, call: Call, hint: dict[str, str]) -> None:
    assert call("GET", "/todos").status_code == 200
    answer = revoke(token, **hint)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert call("GET", "/todos").status_code == 401


@pytest.mark.spec("RS-11")
def test_nobody_revokes_another_clients_token(token: str, call: Call) -> None:
    assert revoke(token, EVIL0).status_code == 200, "an unknown token is no error (RFC 7009 §2.2)"
    assert revoke(token, basic_auth(secret="wrong")).status_code == 401
    assert call("GET", "/todos").status_code == 200


def test_it_is_no_error_to_revoke_what_is_not_there(seeded: None) -> None:
    assert revoke("unknown").status_code == 200
    assert revoke("").json()["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
def test_a_form_in_another_charset_is_refused_in_json(seeded: None, path: str) -> None:
    form = "application/x-www-form-urlencoded"
    client = Client()
    client.cookies["todo0_csrf"] = "a" * 32  # with it, the error page that Django would show reads the form again
    answer = client.post(path, b"token=x", content_type=f"{form}; charset=utf-16")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert client.post(path, b"token=x", content_type=f"{form}; charset=utf-8").status_code in (400, 401)


@pytest.mark.spec("SEC-18")
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
def test_every_endpoint_authenticates_one_client_in_one_way(token: str, path: str) -> None:
    form = {"token": token, "grant_type": "authorization_code", "code": "x"}
    credentials = {"client_id": "agent0-at-todo0", "client_secret": secret_of("agent0-at-todo0")}
    both = post_form(path, form | credentials, Authorization=basic_auth())
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    both = post_form(path, form | credentials | {"client_assertion": "a.b.c"})
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    two_names = post_form(path, form | {"client_id": "evil0-at-todo0"}, Authorization=basic_auth())
    assert (two_names.status_code, two_names.json()["error"]) == (401, "invalid_client")
    one = post_form(path, form | {"client_id": "agent0-at-todo0"}, Authorization=basic_auth())
    assert one.status_code == 200 or one.json()["error"] != "invalid_client"


@pytest.mark.parametrize("grant", ["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"])
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
def test_every_endpoint_asks_for_basic_authentication(seeded: None, path: str, grant: str) -> None:
    form = {"token": "x", "grant_type": grant, "code": "x"}
    answer = post_form(path, form, Authorization=basic_auth(secret="wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic ")

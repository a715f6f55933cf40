"""Leg 3, the checks A1 to A7: each refusal beside the unaltered token, which passes."""

import logging
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken

from tests import builders
from tests.todo0.conftest import ACME, API, METADATA_OF_API, TODO0, Call, Redeem, call_api, id_jag
from todo0.api.access_token import CHECKS
from todo0.authserver.models import AsSigningKey
from todo0.authserver.signing_keys import load_signing_key
from xaa import jose, protocol

MAY_READ_IT_IN = f'resource_metadata="{METADATA_OF_API}"'


def resign(token: str, *, key: Any = None, typ: str = protocol.TYP_ACCESS_TOKEN, **override: Any) -> str:
    """``token`` with one thing changed, signed by our own server's key, and stored as if it had been issued."""
    claims = dict(jose.peek(token).unverified_claims) | override
    changed = jose.sign(claims, key=key or load_signing_key(), typ=typ)
    row = AccessToken.objects.first()
    row.pk, row._raw_token = None, changed
    row.save()
    return changed


def see_refused(answer: Any, *, status: int, error: str, scope: str = "") -> None:
    assert answer.status_code == status, answer.content
    challenge = answer["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert MAY_READ_IT_IN in challenge
    assert (f'error="{error}"' in challenge) == bool(error)
    assert ('scope="' in challenge) == bool(scope)
    assert f'scope="{scope}"' in challenge or not scope
    body = answer.json()
    assert body["error"] == (error or "unauthorized")
    assert body["message"].startswith("Expected ")
    assert answer["Cache-Control"] == "no-store"


def test_it_lets_the_unaltered_token_pass(call: Call) -> None:
    assert call("GET", "/todos").status_code == 200


@pytest.mark.spec("RS-03", "MD-12")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": ""}])
def test_it_answers_no_credentials_with_a_bare_challenge(seeded: None, headers: dict[str, str]) -> None:
    see_refused(call_api("GET", "/todos", **headers), status=401, error="")


@pytest.mark.spec("RS-03")
@pytest.mark.parametrize("credentials", ["", " ", " a b", " a,Bearer b", " ü", " \x7f"])
def test_it_calls_a_malformed_header_a_bad_request(seeded: None, credentials: str) -> None:
    answer = call_api("GET", "/todos", Authorization=f"Bearer{credentials}")
    see_refused(answer, status=400, error="invalid_request")


@pytest.mark.spec("RS-05", "SEC-29")
def test_it_refuses_a_token_in_the_url_or_the_body(token: str) -> None:
    in_url = Client().get("/api/todos", {"access_token": token})
    see_refused(in_url, status=400, error="invalid_request")
    form = "application/x-www-form-urlencoded"
    in_body = Client().post("/api/todos", f"access_token={token}", content_type=form)
    see_refused(in_body, status=400, error="invalid_request")
    both = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/todos", {"access_token": token})
    see_refused(both, status=400, error="invalid_request")


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data; boundary=x"]
)
@pytest.mark.parametrize("body", [b"a=b", b"a=" + b"b" * 200_000, b"a&" * 2000])
def test_a_form_that_cannot_be_read_is_answered_in_json(token: str, content_type: str, body: bytes) -> None:
    answer = Client().post("/api/todos", body, content_type=content_type)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    with_token = Client(headers={"Authorization": f"Bearer {token}"})
    answer = with_token.post("/api/todos", body, content_type=content_type)
    assert (answer.status_code, answer.json()["error"]) == (415, "unsupported_media_type")


@pytest.mark.spec("RS-01")
@pytest.mark.parametrize("garbage", ["garbage", "a.b.c", "e30.e30.", "a.b.c.d.e", "x" * 20000])
def test_it_calls_a_token_it_cannot_read_invalid(seeded: None, garbage: str) -> None:
    see_refused(call_api("GET", "/todos", Authorization=f"Bearer {garbage}"), status=401, error="invalid_token")


@pytest.mark.spec("RS-01", "AT-08", "AT-11", "MC-12")
@pytest.mark.parametrize(
    "change",
    [
        {"iss": f"{TODO0}/"},
        {"iss": ACME},
        {"typ": "JWT"},
        {"typ": "application/at+jwt"},
        {"typ": protocol.TYP_ID_JAG},
        {"aud": TODO0},
        {"aud": f"{API}/"},
        {"aud": []},
        {"aud": None},
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"sub": "somebody-else"},
        {"client_id": "evil0-at-todo0"},
    ],
)
def test_it_refuses_a_token_that_differs_in_one_thing(token: str, change: dict[str, Any]) -> None:
    altered = resign(token, **change)
    see_refused(call_api("GET", "/todos", Authorization=f"Bearer {altered}"), status=401, error="invalid_token")


def test_it_lets_a_resigned_but_unchanged_token_pass(token: str) -> None:
    same = resign(token, jti="another")
    assert call_api("GET", "/todos", Authorization=f"Bearer {same}").status_code == 200


@pytest.mark.spec("RS-01", "SEC-02")
def test_it_refuses_another_key_even_under_our_kid(token: str) -> None:
    kid = AsSigningKey.objects.get().kid
    forged = resign(token, key=jose.SigningKey(kid, "ES256", builders.OTHER_KEY.private_key))
    see_refused(call_api("GET", "/todos", Authorization=f"Bearer {forged}"), status=401, error="invalid_token")
    foreign = resign(token, key=builders.IDP_KEY)
    see_refused(call_api("GET", "/todos", Authorization=f"Bearer {foreign}"), status=401, error="invalid_token")


@pytest.mark.spec("SEC-05")
@pytest.mark.parametrize("kid", ["\0", "../../keys", "' OR 1=1 --", "\n", ""])
def test_a_strange_kid_is_an_unknown_key(token: str, kid: str) -> None:
    """A NUL does not even reach the database: PostgreSQL would answer with an error, and the API with a 500."""
    forged = resign(token, key=jose.SigningKey(kid, "ES256", builders.OTHER_KEY.private_key))
    with CaptureQueriesContext(connection) as queries:
        answer = call_api("GET", "/todos", Authorization=f"Bearer {forged}")
    see_refused(answer, status=401, error="invalid_token")
    assert len(queries) == kid.isprintable()


@pytest.mark.spec("RS-02", "JAG-29")
@pytest.mark.parametrize("typ", [protocol.TYP_ID_JAG, protocol.TYP_ID_TOKEN, protocol.TYP_ACCESS_TOKEN])
def test_it_refuses_whatever_the_idp_signed(seeded: None, typ: str) -> None:
    genuine = id_jag(typ=typ, aud=API)
    see_refused(call_api("GET", "/todos", Authorization=f"Bearer {genuine}"), status=401, error="invalid_token")


@pytest.mark.spec("RS-13")
def test_it_refuses_a_revoked_token_at_once(call: Call) -> None:
    assert call("GET", "/todos").status_code == 200
    AccessToken.objects.all().delete()
    see_refused(call("GET", "/todos"), status=401, error="invalid_token")


@pytest.mark.spec("SR-10")
def test_it_refuses_the_token_of_a_deactivated_account(call: Call, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    see_refused(call("GET", "/todos"), status=401, error="invalid_token")


@pytest.mark.spec("RS-03", "RS-04")
def test_it_names_the_scope_that_is_missing(read_only: str) -> None:
    assert call_api("GET", "/todos", Authorization=f"Bearer {read_only}").status_code == 200
    answer = call_api("POST", "/todos", {"title": "No"}, Authorization=f"Bearer {read_only}")
    see_refused(answer, status=403, error="insufficient_scope", scope="todos.write")


@pytest.mark.spec("RD-27")
def test_it_issues_no_more_scope_than_the_form_asked_for(redeem: Redeem) -> None:
    token = redeem(id_jag(), scope="todos.read").json()["access_token"]
    answer = call_api("POST", "/todos", {"title": "No"}, Authorization=f"Bearer {token}")
    assert answer.status_code == 403


def test_it_reports_the_first_failure_and_what_was_not_reached(token: str, caplog: Any) -> None:
    altered = resign(token, typ="JWT", aud="elsewhere", exp=1)
    with caplog.at_level(logging.DEBUG, logger="todo0.api.checks"):
        call_api("GET", "/todos", Authorization=f"Bearer {altered}")
    lines = [record.getMessage() for record in caplog.records if record.name == "todo0.api.checks"]
    assert len(lines) == len(CHECKS), "one record a check"
    assert [line.split()[0] for line in lines if "failed" in line] == ["A3"]
    missed = [line.split()[0] for line in lines if "not reached" in line]
    assert missed == ["A4", "A5", "A5", "A6", "A6", "A7", "A7", "A7"]
    assert not any(altered in line for line in lines)


def test_each_check_has_its_public_number() -> None:
    numbers = [check.number for check in CHECKS]
    assert numbers == ["A1", "A2", "A2", "A3", "A4", "A5", "A5", *["A6"] * 2, *["A7"] * 3]


def test_its_challenge_survives_whatever_a_token_says(token: str) -> None:
    altered = resign(token, aud='x"\r\nSet-Cookie: a=b\\ ü')
    see_refused(call_api("GET", "/todos", Authorization=f"Bearer {altered}"), status=401, error="invalid_token")

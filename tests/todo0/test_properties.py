"""Whatever comes to Todo0's API and its authorization server: a documented error, and nothing written."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from oauth2_provider.models import AccessToken

from tests import builders
from tests.strategies import (
    altered,
    authorizations,
    bodies,
    bounded,
    claim_changes,
    content_types,
    extras,
    json_values,
    sign_anything,
    tokens_near,
    types,
)
from tests.todo0.conftest import Call, Redeem, call_api, id_jag
from todo0.authserver.signing_keys import load_signing_key
from todo0.todos.models import Todo
from xaa import jose
from xaa.jwt_bearer.models import RedeemedIdJag

API_ERRORS = {(400, "invalid_request"), (401, "invalid_token"), (401, "unauthorized"), (401, "invalid_dpop_proof")}
OAUTH_ERRORS = {
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "invalid_target", "invalid_dpop_proof", "unsupported_token_type",
    "invalid_authorization_details",
}  # fmt: skip


def kept() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (AccessToken, RedeemedIdJag, Todo))


def see_refused_or_read(answer: HttpResponse) -> None:
    assert answer.status_code == 200 or (answer.status_code, answer.json()["error"]) in API_ERRORS
    assert answer.status_code == 200 or "WWW-Authenticate" in answer


@pytest.mark.spec("RS-01")
@bounded
@given(data=st.data())
def test_no_string_of_an_access_token_opens_the_api_or_brings_it_down(token: str, data: st.DataObject) -> None:
    presented = data.draw(tokens_near(token))
    see_refused_or_read(call_api("GET", "/todos", Authorization=f"Bearer {presented}"))


@pytest.mark.spec("RS-01", "AT-08")
@bounded
@given(change=claim_changes, typ=st.just("at+jwt") | types)
def test_no_claim_that_its_own_key_signed_brings_the_api_down(
    token: str, change: dict[str, Any], typ: str | None
) -> None:
    claims = altered(dict(jose.peek(token).unverified_claims), change)
    changed = sign_anything(claims, key=load_signing_key(), typ=typ)
    if not AccessToken.objects.filter(token_checksum=AccessToken(token=changed).token_checksum).exists():
        row = AccessToken.objects.first()
        row.pk, row._raw_token = None, changed
        row.save()
    see_refused_or_read(call_api("GET", "/todos", Authorization=f"Bearer {changed}"))


@pytest.mark.spec("RS-03")
@pytest.mark.usefixtures("seeded")
@bounded
@given(authorization=authorizations)
def test_no_header_brings_the_api_down(authorization: str) -> None:
    see_refused_or_read(call_api("GET", "/todos", Authorization=authorization))


@bounded
@given(body=json_values.map(json.dumps).map(str.encode) | st.binary(min_size=1, max_size=60))
def test_no_json_brings_the_api_down_and_only_a_todo_is_written(call: Call, body: bytes) -> None:
    before = kept()
    answer = call("POST", "/todos", body)
    assert (answer.status_code, answer.json().get("error")) in ((201, None), (400, "invalid_request"))
    assert kept() == before or answer.status_code == 201


@pytest.mark.spec("RD-16", "RD-36")
@bounded
@given(change=claim_changes)
def test_no_claim_that_the_idp_signs_brings_redemption_down(redeem: Redeem, change: dict[str, Any]) -> None:
    claims = altered(dict(jose.peek(id_jag()).unverified_claims), change)
    before = kept()
    answer = redeem(sign_anything(claims, key=builders.IDP_KEY, typ="oauth-id-jag+jwt"))
    see_documented(answer)
    assert (kept() == before) == (answer.status_code != 200)


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
@bounded
@given(body=bodies, content_type=content_types, authorization=st.none() | authorizations)
def test_no_body_and_no_header_brings_an_endpoint_down(
    path: str, body: bytes, content_type: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    before = kept()
    see_documented(Client(headers=headers).generic("POST", path, body, content_type=content_type))
    assert kept() == before


@bounded
@given(form=extras)
def test_no_parameter_beside_a_good_id_jag_brings_redemption_down(
    redeem: Redeem, form: dict[str, list[str]]
) -> None:
    before = kept()
    answer = redeem(id_jag(), **form)
    see_documented(answer)
    assert (kept() == before) == (answer.status_code != 200)


def see_documented(answer: HttpResponse) -> None:
    assert answer.status_code in (200, 400, 401)
    assert answer["Cache-Control"] == "no-store"
    assert answer.status_code == 200 or answer.json()["error"] in OAUTH_ERRORS

"""Whatever comes to the IdP: a documented error, and no sign-in begun, no token or proof kept beside an answer."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from idp_mock.keys.keystore import load_active_key
from idp_mock.tokens.access_token import issue_access_token
from idp_mock.tokens.models import RefreshToken, TokenFamily, UsedProof
from tests.idp_mock.exchange_world import World
from tests.strategies import (
    altered,
    authorizations,
    bodies,
    bounded,
    claim_changes,
    content_types,
    extras,
    header_values,
    sign_anything,
    tokens_near,
    types,
)
from xaa import jose, protocol

pytestmark = pytest.mark.django_db
ERRORS = {
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "invalid_target", "access_denied", "insufficient_user_authentication",
    "invalid_authorization_details", "invalid_dpop_proof",
}  # fmt: skip


def kept() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (TokenFamily, RefreshToken, UsedProof))


def see_documented(answer: HttpResponse, before: tuple[int, ...]) -> None:
    assert answer["Cache-Control"] == "no-store"
    if answer.status_code == 200:
        assert answer.json()["issued_token_type"] == protocol.TOKEN_TYPE_ID_JAG
    else:
        assert answer.status_code in (400, 401)
        assert answer.json()["error"] in ERRORS
        assert "access_token" not in answer.json()
    assert kept() == before


@pytest.mark.spec("TX-17", "TX-19")
@bounded
@given(data=st.data(), kind=st.sampled_from([protocol.TOKEN_TYPE_ID_TOKEN, protocol.TOKEN_TYPE_REFRESH_TOKEN]))
def test_no_string_of_a_subject_token_brings_it_down(
    world: World, client: Client, data: st.DataObject, kind: str
) -> None:
    token, before = data.draw(tokens_near(world.id_token())), kept()
    see_documented(world.post(client, subject_token=token, subject_token_type=kind), before)


@pytest.mark.spec("TX-19", "TX-20")
@bounded
@given(change=claim_changes, typ=st.just("JWT") | types)
def test_no_claim_that_its_own_key_signed_brings_it_down(
    world: World, client: Client, change: dict[str, Any], typ: str | None
) -> None:
    claims = altered(dict(jose.peek(world.id_token()).unverified_claims), change)
    token, before = sign_anything(claims, key=load_active_key(world.acme), typ=typ), kept()
    see_documented(world.post(client, subject_token=token), before)


@pytest.mark.spec("TX-32")
@bounded
@given(form=extras)
def test_no_parameter_beside_a_good_subject_token_brings_it_down(
    world: World, client: Client, form: dict[str, list[str]]
) -> None:
    before = kept()
    see_documented(world.post(client, **form), before)


@bounded
@given(body=bodies, content_type=content_types, authorization=st.none() | authorizations)
def test_no_body_and_no_header_brings_it_down(
    world: World, body: bytes, content_type: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    before = kept()
    answer = Client(headers=headers).generic("POST", "/acme/token", body, content_type=content_type)
    see_documented(answer, before)


@pytest.mark.spec("PP-15")
@bounded
@given(proof=header_values)
def test_no_proof_brings_it_down(world: World, client: Client, proof: str) -> None:
    before = kept()
    see_documented(world.post(client, proof=proof), before)


@bounded
@given(change=claim_changes, typ=st.just("at+jwt") | types)
def test_no_claim_of_an_access_token_brings_userinfo_down(
    world: World, client: Client, change: dict[str, Any], typ: str | None
) -> None:
    good = issue_access_token(world.family, scope=world.family.scope, now=world.now)
    claims = altered(dict(jose.peek(good).unverified_claims), change)
    token = sign_anything(claims, key=load_active_key(world.acme), typ=typ)
    answer = client.get("/acme/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json().get("error")) in ((200, None), (401, "invalid_token"))

"""Whatever comes to the token endpoint: a documented error, and a token, ``jti`` or proof kept only with a 200."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from oauth2_provider.models import AccessToken

from tests import builders
from tests.builders import build_id_jag
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
from tests.xaa.conftest import Redeem
from xaa import jose
from xaa.jwt_bearer.models import RedeemedIdJag, UsedProof

pytestmark = pytest.mark.django_db
ERRORS = {
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "invalid_target", "invalid_dpop_proof", "invalid_authorization_details",
}  # fmt: skip
GOOD = build_id_jag()


def kept() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (AccessToken, RedeemedIdJag, UsedProof))


def see_documented(answer: HttpResponse, before: tuple[int, ...]) -> None:
    if answer.status_code == 200:
        assert kept()[:2] == (before[0] + 1, before[1] + 1)
        return
    assert answer.status_code in (400, 401)
    assert answer["Cache-Control"] == "no-store"
    assert set(answer.json()) <= {"error", "error_description"}
    assert answer.json()["error"] in ERRORS
    assert kept() == before


@pytest.mark.spec("RD-36")
@bounded
@given(token=tokens_near(GOOD))
def test_no_string_of_a_token_brings_it_down(redeem: Redeem, token: str) -> None:
    before = kept()
    see_documented(redeem(token), before)


@pytest.mark.spec("RD-16", "RD-36")
@bounded
@given(change=claim_changes, typ=st.just("oauth-id-jag+jwt") | types)
def test_no_claim_that_a_trusted_issuer_signs_brings_it_down(
    redeem: Redeem, change: dict[str, Any], typ: str | None
) -> None:
    claims = altered(dict(jose.peek(build_id_jag()).unverified_claims), change)
    before = kept()
    see_documented(redeem(sign_anything(claims, key=builders.IDP_KEY, typ=typ)), before)


@bounded
@given(form=extras)
def test_no_parameter_beside_a_good_id_jag_brings_it_down(redeem: Redeem, form: dict[str, list[str]]) -> None:
    before = kept()
    see_documented(redeem(build_id_jag(), **form), before)


@pytest.mark.usefixtures("redeem")
@bounded
@given(body=bodies, content_type=content_types, authorization=st.none() | authorizations)
def test_no_body_and_no_header_brings_it_down(body: bytes, content_type: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    before = kept()
    answer = Client(headers=headers).generic("POST", "/o/token/", body, content_type=content_type)
    see_documented(answer, before)


@pytest.mark.spec("PP-15")
@bounded
@given(proof=header_values | tokens_near(GOOD))
def test_no_proof_brings_it_down(redeem: Redeem, proof: str) -> None:
    before = kept()
    see_documented(redeem(build_id_jag(), proof=proof), before)

"""R3: one signed JWT, with an asymmetric algorithm (RFC 8725 §3.1-3.2)."""

import base64
import hmac
import json

import pytest

from tests import builders
from tests.builders import build_id_jag
from tests.xaa.conftest import Redeem
from xaa import jose, protocol

pytestmark = pytest.mark.django_db


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_header(token: str, header: dict[str, object]) -> str:
    return f"{encode(header)}.{token.partition('.')[2]}"


def with_raw_payload(raw: bytes) -> str:
    head, _, signature = build_id_jag().split(".")
    return f"{head}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}.{signature}"


@pytest.mark.spec("RD-36")
@pytest.mark.parametrize(
    "assertion",
    [
        "x",
        "a.b",
        "a.b.c",
        "....",
        "a.b.c.d.e",
        "\u00e9.\u00e9.\u00e9",
        with_raw_payload(b"[]"),
        with_raw_payload(b"null"),
        with_raw_payload(b"not json"),
        with_raw_payload(b'{"iss": "a", "iss": "b"}'),
        with_raw_payload(b'{"exp": NaN}'),
        with_raw_payload(b'{"exp": 1e400}'),
        with_raw_payload(b'{"sub": "\\ud800"}'),
        with_raw_payload(b"[" * 9000),
        "a" * (jose.MAX_TOKEN_BYTES + 1),
        with_header(build_id_jag(), {"alg": "ES256", "typ": protocol.TYP_ID_JAG, "crit": ["b64"], "b64": False}),
        with_header(build_id_jag(), {"alg": "ES256", "typ": protocol.TYP_ID_JAG, "kid": 7}),
    ],
    ids=range(17),
)
def test_it_refuses_what_is_no_jwt(refused: Redeem, assertion: str) -> None:
    refused(assertion, by="R3")


@pytest.mark.spec("RD-34")
def test_it_refuses_an_encrypted_assertion(refused: Redeem) -> None:
    refused("eyJhbGciOiJSU0EtT0FFUCJ9.QUFB.QUFB.QUFB.QUFB", by="R3")


@pytest.mark.spec("RD-09", "SEC-02")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "ES512", "EdDSA", "", None, 256, ["ES256"]])
def test_it_refuses_an_algorithm_that_is_not_asymmetric_and_known(refused: Redeem, alg: object) -> None:
    refused(with_header(build_id_jag(), {"alg": alg, "typ": protocol.TYP_ID_JAG}), by="R3")


@pytest.mark.spec("SEC-02")
def test_it_refuses_an_hmac_under_the_public_key(refused: Redeem) -> None:
    """The confusion attack: the published key taken as the secret of an HMAC."""
    header = {"alg": "HS256", "typ": protocol.TYP_ID_JAG, "kid": builders.IDP_KEY.kid}
    signing_input = with_header(build_id_jag(), header).rpartition(".")[0]
    secret = json.dumps(jose.public_jwk(builders.IDP_KEY)).encode()
    digest = hmac.digest(secret, signing_input.encode(), "sha256")
    refused(f"{signing_input}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}", by="R3")


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag()).status_code == 200

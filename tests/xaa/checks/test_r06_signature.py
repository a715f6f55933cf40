"""R6: signed by a key of that very issuer, with an algorithm it is allowed (RFC 7523 §3; RFC 8725 §3.1, §3.10)."""

import json

import pytest
import requests
import responses

from tests import builders
from tests.builders import IDP_KEY, OTHER_KEY, build_id_jag
from tests.xaa.conftest import Redeem
from xaa import egress, jose, protocol
from xaa.jwt_bearer.models import RedeemedIdJag

pytestmark = pytest.mark.django_db
JWKS_URI = f"{builders.ISSUER}/keys"


@pytest.mark.spec("RD-09")
def test_it_refuses_an_unknown_key(refused: Redeem) -> None:
    refused(build_id_jag(key=OTHER_KEY), by="R6")


@pytest.mark.spec("RD-09")
def test_it_refuses_another_key_under_a_known_kid(refused: Redeem) -> None:
    forged = jose.SigningKey(kid=IDP_KEY.kid, alg="ES256", private_key=OTHER_KEY.private_key)
    refused(build_id_jag(key=forged), by="R6")


@pytest.mark.spec("RD-09")
def test_it_refuses_claims_edited_after_signing(refused: Redeem) -> None:
    good, other = build_id_jag().split("."), build_id_jag(scope="admin").split(".")
    refused(".".join((good[0], other[1], good[2])), by="R6")


@pytest.mark.spec("SEC-01")
def test_it_refuses_an_algorithm_that_this_issuer_may_not_use(
    refused: Redeem, idp: responses.RequestsMock, settings: object
) -> None:
    key = jose.generate_signing_key("PS256")
    idp.replace(responses.GET, JWKS_URI, json=builders.jwks(IDP_KEY, key))
    refused(build_id_jag(key=key), by="R6")  # the trust list allows ES256 and RS256


@pytest.mark.spec("RD-08")
@pytest.mark.parametrize("member", ["jku", "jwk", "x5u", "x5c"])
def test_it_takes_no_key_from_the_token(refused: Redeem, idp: responses.RequestsMock, member: str) -> None:
    header = {"typ": protocol.TYP_ID_JAG, "kid": OTHER_KEY.kid, member: "https://evil.example/keys"}
    if member == "jwk":
        header[member] = jose.public_jwk(OTHER_KEY)  # type: ignore[assignment]
    claims = dict(jose.peek(build_id_jag()).unverified_claims)
    forged = jose._JWS.encode(
        jose.json.dumps(claims).encode(), OTHER_KEY.private_key, algorithm="ES256", headers=header
    )
    refused(forged, by="R6")
    assert all("evil.example" not in str(call.request.url) for call in idp.calls)


@pytest.mark.spec("SEC-04")
def test_it_fetches_the_keys_anew_once_when_the_issuer_has_rotated(
    redeem: Redeem, idp: responses.RequestsMock
) -> None:
    assert redeem(build_id_jag()).status_code == 200
    idp.replace(responses.GET, JWKS_URI, json=builders.jwks(OTHER_KEY))
    from xaa.jwt_bearer import trust

    trust.load_directory()._state_of(builders.ISSUER).asked_at = float("-inf")  # the cool-down has passed
    assert redeem(build_id_jag(key=OTHER_KEY)).status_code == 200


@pytest.mark.spec("RD-33")
@pytest.mark.parametrize(
    "trouble",
    [
        {"body": requests.ConnectionError("down")},
        {"body": requests.Timeout("slow")},
        {"status": 500, "body": "oops"},
        {"status": 302, "headers": {"Location": "https://evil.example/keys"}},
        {"json": builders.jwks(IDP_KEY) | {"padding": "x" * 300_000}},
        {"body": json.dumps(builders.jwks(IDP_KEY)), "content_type": "text/html"},
        {"json": {"no": "keys"}},
        {"json": []},
    ],
    ids=["down", "slow", "500", "redirect", "huge", "a page", "no keys", "array"],
)
def test_unreachable_keys_are_a_503_and_never_a_pass(
    redeem: Redeem, idp: responses.RequestsMock, trouble: dict[str, object]
) -> None:
    idp.replace(responses.GET, JWKS_URI, **trouble)
    answer = redeem(build_id_jag())
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer["Retry-After"] == "10"
    assert not RedeemedIdJag.objects.exists()


@pytest.mark.spec("RD-33", "SEC-14")
@pytest.mark.parametrize(
    "inside", ["https://127.0.0.1/keys", "https://[::1]/keys", "https://169.254.169.254/keys", "https://10.0.0.1/"]
)
def test_keys_that_would_lead_into_our_network_are_not_fetched_and_that_is_a_503(
    redeem: Redeem, idp: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    """The issuer is a trusted one; its metadata names an address that only we can reach."""
    connected: list[object] = []
    monkeypatch.setattr(egress, "create_connection", lambda *where, **_: connected.append(where))
    metadata = "https://idp.example/.well-known/oauth-authorization-server/acme"
    idp.replace(responses.GET, metadata, json={"issuer": builders.ISSUER, "jwks_uri": inside})
    idp.add_passthru(inside)
    answer = redeem(build_id_jag())
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer["Retry-After"] == "10"
    assert connected == []
    assert not RedeemedIdJag.objects.exists()


@pytest.mark.spec("RD-35")
@pytest.mark.parametrize(
    "said",
    [
        {"aud": "https://other.example"}, {"client_id": "evil0"}, {"sub": "00u4dan"}, {"exp": 1}, {"iat": "now"},
        {"scope": "admin"}, {"resource": "https://other.example/api"}, {"jti": ""}, {"cnf": {"jkt": "x"}},
    ],
    ids=lambda said: next(iter(said)),
)  # fmt: skip
def test_nothing_else_it_says_is_looked_at_before_its_signature(refused: Redeem, said: dict[str, object]) -> None:
    refused(build_id_jag(key=OTHER_KEY, **said), by="R6")


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag(key=IDP_KEY)).status_code == 200

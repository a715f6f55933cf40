"""R8, second half: an ID-JAG bound to a key counts only with a proof of that key (ID-JAG §9.8)."""

import time
from typing import Any

import pytest
from django.test import Client, override_settings

from tests.builders import RESOURCE, build_id_jag
from tests.xaa.conftest import Redeem
from xaa import jose, protocol
from xaa.dpop import ALGORITHMS, build_proof
from xaa.jwt_bearer.models import RedeemedIdJag, UsedProof
from xaa.jwt_bearer.replay import forget_expired
from xaa.jwt_bearer.server import JwtBearerServer
from xaa.jwt_bearer.validators import JwtBearerValidator

pytestmark = pytest.mark.django_db

KEY = jose.generate_signing_key("ES256")
OTHER_KEY = jose.generate_signing_key("ES256")
TOKEN_ENDPOINT = "https://todo.example/o/token/"
GRANTS = (protocol.GRANT_JWT_BEARER, protocol.GRANT_JWT_DPOP)


def proof(key: jose.SigningKey = KEY, *, method: str = "POST", url: str = TOKEN_ENDPOINT, age: float = 0) -> str:
    return build_proof(key, method=method, url=url, now=time.time() - age)


def bound(**override: Any) -> str:
    return build_id_jag(cnf={"jkt": jose.thumbprint(KEY)}, **override)


@pytest.mark.spec("PP-07", "PP-10", "PP-13", "AT-01")
@pytest.mark.parametrize("grant_type", GRANTS)
def test_with_a_proof_of_its_key_it_gives_a_bound_token(redeem: Redeem, grant_type: str) -> None:
    answer = redeem(bound(), grant_type=grant_type, proof=proof())
    assert answer.status_code == 200, answer.content
    assert answer.json()["token_type"] == "DPoP"


@pytest.mark.spec("PP-08", "PP-10")
def test_a_proof_binds_the_token_of_an_unbound_one(redeem: Redeem) -> None:
    assert redeem(build_id_jag(), proof=proof()).json()["token_type"] == "DPoP"
    assert redeem(build_id_jag()).json()["token_type"] == "Bearer"


@pytest.mark.spec("PP-06", "PP-12")
@pytest.mark.parametrize("grant_type", GRANTS)
def test_it_refuses_a_bound_one_without_a_proof(refused: Any, redeem: Redeem, grant_type: str) -> None:
    copied = bound()
    refused(copied, by="R8", grant_type=grant_type)
    assert redeem(copied, grant_type=grant_type, proof=proof()).status_code == 200, "the attempt burnt nothing"


@pytest.mark.spec("PP-07")
@pytest.mark.parametrize("grant_type", GRANTS)
def test_it_refuses_a_bound_one_with_another_key(refused: Any, redeem: Redeem, grant_type: str) -> None:
    stolen = bound()
    refused(stolen, by="R8", grant_type=grant_type, proof=proof(OTHER_KEY))
    assert redeem(stolen, grant_type=grant_type, proof=proof()).status_code == 200


@pytest.mark.spec("PP-14")
@pytest.mark.parametrize(
    "cnf", [{"x5t#S256": "x"}, {}, None, [], "x", {"jkt": ""}, {"jkt": None}, {"jkt": ["x"]}, {"jwk": {}}], ids=str
)
@pytest.mark.parametrize("with_proof", [False, True])
def test_it_refuses_a_binding_that_it_does_not_understand(refused: Any, cnf: object, with_proof: bool) -> None:
    refused(build_id_jag(cnf=cnf), by="R8", proof=proof() if with_proof else "")


@pytest.mark.spec("PP-14")
def test_a_member_beside_jkt_does_no_harm(redeem: Redeem) -> None:
    cnf = {"jkt": jose.thumbprint(KEY), "kid": "x"}
    assert redeem(build_id_jag(cnf=cnf), proof=proof()).status_code == 200


@pytest.mark.spec("PP-12")
def test_jwt_dpop_refuses_an_unbound_one_even_with_a_proof(refused: Any, redeem: Redeem) -> None:
    unbound = build_id_jag()
    refused(unbound, by="R8", grant_type=protocol.GRANT_JWT_DPOP, proof=proof())
    refused(unbound, by="R8", grant_type=protocol.GRANT_JWT_DPOP)
    assert redeem(unbound, proof=proof()).status_code == 200


BAD = {
    "garbage": "x",
    "another method": proof(method="GET"),
    "another address": proof(url="https://todo.example/api"),
    "an address behind the proxy": proof(url="http://testserver/o/token/"),
    "old": proof(age=120),
    "from the future": proof(age=-120),
    "an access token": jose.sign({"htm": "POST"}, key=KEY, typ=protocol.TYP_ACCESS_TOKEN),
    "two headers": f"{proof()},{proof()}",
}


@pytest.mark.spec("PP-08", "PP-15", "PP-16")
@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("assertion", [bound, build_id_jag])
def test_a_bad_proof_is_refused_whether_it_was_needed_or_not(refused: Any, fault: str, assertion: Any) -> None:
    answer = refused(assertion(), by="R8", error="invalid_dpop_proof", proof=BAD[fault])
    assert "DPoP proof" in answer.json()["error_description"]
    refused(assertion(), by="R8", error="invalid_grant", grant_type=protocol.GRANT_JWT_DPOP, proof=BAD[fault])


@pytest.mark.spec("PP-17")
def test_a_proof_is_good_once_and_the_refused_id_jag_is_not_burnt(redeem: Redeem) -> None:
    used, spared = proof(), bound()
    assert redeem(bound(), proof=used).status_code == 200
    answer = redeem(spared, proof=used)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    answer = redeem(spared, proof=used, grant_type=protocol.GRANT_JWT_DPOP)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (RedeemedIdJag.objects.count(), UsedProof.objects.count()) == (1, 1)
    assert redeem(spared, proof=proof()).status_code == 200


def test_used_proofs_are_forgotten_when_their_time_would_refuse_them(redeem: Redeem) -> None:
    assert redeem(bound(), proof=proof()).status_code == 200
    assert forget_expired() == 0
    UsedProof.objects.update(expires_at="2020-01-01T00:00Z")
    assert forget_expired() == 1


@pytest.mark.spec("PP-09")
@override_settings(JWT_BEARER_BOUND_RESOURCES=[RESOURCE])
def test_a_resource_may_want_bound_tokens_only(refused: Any, redeem: Redeem) -> None:
    refused(build_id_jag(), by="R13")
    assert redeem(build_id_jag(), proof=proof()).status_code == 200
    assert redeem(bound(), proof=proof()).status_code == 200


@pytest.mark.spec("MD-05")
def test_the_metadata_names_the_grant_and_the_algorithms(client: Client) -> None:
    document = client.get("/.well-known/oauth-authorization-server").json()
    assert protocol.GRANT_JWT_DPOP in document["grant_types_supported"]
    assert document["dpop_signing_alg_values_supported"] == list(ALGORITHMS)
    assert document["token_endpoint"] == TOKEN_ENDPOINT


@pytest.mark.spec("MD-05", "PP-14")
@override_settings(JWT_BEARER_TOKEN_ENDPOINT="")
def test_switched_off_it_is_not_offered_and_a_bound_one_is_refused(
    client: Client, refused: Any, redeem: Redeem
) -> None:
    document = client.get("/.well-known/oauth-authorization-server").json()
    assert protocol.GRANT_JWT_DPOP not in document["grant_types_supported"]
    assert "dpop_signing_alg_values_supported" not in document
    assert protocol.GRANT_JWT_DPOP not in JwtBearerServer(JwtBearerValidator()).grant_types
    refused(bound(), by="R8", proof=proof())
    assert redeem(build_id_jag(), proof="x").json()["token_type"] == "Bearer"

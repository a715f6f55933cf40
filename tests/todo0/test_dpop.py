"""Key-bound access tokens, from the ID-JAG that asks for one to the API that wants to see the key again."""

import time
from typing import Any

import pytest
from django.test import Client

from tests.todo0.conftest import API, METADATA_OF_API, TODO0, Redeem, basic_auth, call_api, id_jag, post_form
from xaa import jose, protocol
from xaa.dpop import ALGORITHMS, build_proof
from xaa.jwt_bearer.models import UsedProof

KEY = jose.generate_signing_key("ES256")
OTHER_KEY = jose.generate_signing_key("ES256")
JKT = jose.thumbprint(KEY)


def proof(token: str = "", *, key: jose.SigningKey = KEY, method: str = "GET", url: str = f"{API}/todos") -> str:
    return build_proof(key, method=method, url=url, now=time.time(), access_token=token)


def redeem_with_proof(**form: Any) -> Any:
    """As Agent0, with a proof for the token endpoint."""
    fields = {"grant_type": protocol.GRANT_JWT_DPOP, "assertion": id_jag(cnf={"jkt": JKT})} | form
    headers = {"Authorization": basic_auth(), "DPoP": proof(method="POST", url=f"{TODO0}/oauth/token")}
    return post_form("/oauth/token", fields, **headers)


@pytest.fixture
def bound(acme: Any, seeded: None) -> str:
    """An access token for Alice that is bound to ``KEY``."""
    answer = redeem_with_proof()
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


def call(token: str, own_proof: str = "", *, scheme: str = "DPoP", path: str = "/todos") -> Any:
    headers = {"DPoP": own_proof} if own_proof else {}
    return call_api("GET", path, Authorization=f"{scheme} {token}", **headers)


def see_refused(answer: Any, error: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (401, error), answer.content
    challenge = answer["WWW-Authenticate"]
    assert challenge.startswith(f'DPoP error="{error}"')
    assert f'algs="{" ".join(ALGORITHMS)}"' in challenge
    assert f'resource_metadata="{METADATA_OF_API}"' in challenge


@pytest.mark.spec("PP-10", "PP-13", "AT-01")
@pytest.mark.parametrize("grant_type", [protocol.GRANT_JWT_DPOP, protocol.GRANT_JWT_BEARER])
def test_the_access_token_says_which_key_it_is_bound_to(acme: Any, seeded: None, grant_type: str) -> None:
    body = redeem_with_proof(grant_type=grant_type).json()
    assert body["token_type"] == "DPoP"
    assert jose.peek(body["access_token"]).unverified_claims["cnf"] == {"jkt": JKT}


@pytest.mark.spec("PP-10")
def test_a_token_that_is_not_bound_says_nothing_of_a_key(token: str) -> None:
    assert "cnf" not in jose.peek(token).unverified_claims


@pytest.mark.spec("PP-06", "PP-12")
def test_without_a_proof_a_bound_id_jag_gives_nothing(redeem: Redeem) -> None:
    for grant_type in (protocol.GRANT_JWT_BEARER, protocol.GRANT_JWT_DPOP):
        answer = redeem(id_jag(cnf={"jkt": JKT}), grant_type=grant_type)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("PP-08")
def test_an_empty_proof_is_a_bad_one_and_not_none(acme: Any, seeded: None) -> None:
    form = {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": id_jag()}
    answer = post_form("/oauth/token", form, Authorization=basic_auth(), DPoP="")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert post_form("/oauth/token", form, Authorization=basic_auth()).json()["token_type"] == "Bearer"


@pytest.mark.spec("PP-20")
def test_with_a_fresh_proof_for_each_request_it_opens_the_api(bound: str) -> None:
    assert call(bound, proof(bound)).status_code == 200
    assert call(bound, proof(bound), scheme="dpop", path="/todos?limit=1").status_code == 200


@pytest.mark.spec("PP-20")
def test_it_refuses_a_bound_token_sent_as_a_bearer_token(bound: str) -> None:
    see_refused(call(bound, scheme="Bearer"), "invalid_token")
    see_refused(call(bound, proof(bound), scheme="Bearer"), "invalid_token")
    assert call(bound, proof(bound)).status_code == 200


@pytest.mark.spec("PP-20")
def test_it_refuses_an_unbound_token_sent_as_a_bound_one(token: str) -> None:
    see_refused(call(token, proof(token)), "invalid_token")
    assert call(token, scheme="Bearer").status_code == 200
    assert call(token, proof(token), scheme="Bearer").status_code == 200, "a bearer token's proof means nothing"


@pytest.mark.spec("PP-20")
def test_it_refuses_a_stolen_token_with_the_thiefs_own_key(bound: str) -> None:
    see_refused(call(bound, proof(bound, key=OTHER_KEY)), "invalid_token")


@pytest.mark.spec("PP-15", "PP-16", "PP-20")
@pytest.mark.parametrize(
    "wrong",
    [
        {"token": ""},
        {"token": "another-token"},
        {"method": "POST"},
        {"url": f"{TODO0}/oauth/token"},
        {"url": f"{API}/todos/1"},
        {"url": "http://testserver/api/todos"},
    ],
    ids=str,
)
def test_it_refuses_a_proof_that_is_for_something_else(bound: str, wrong: dict[str, str]) -> None:
    see_refused(call(bound, proof(**({"token": bound} | wrong))), "invalid_dpop_proof")
    assert call(bound, proof(bound)).status_code == 200


@pytest.mark.spec("PP-15", "PP-20")
@pytest.mark.parametrize("presented", ["", "garbage", "a.b.c", "two"])
def test_it_refuses_a_proof_that_is_none_or_two(bound: str, presented: str) -> None:
    headers = f"{proof(bound)}, {proof(bound)}" if presented == "two" else presented
    see_refused(call(bound, headers), "invalid_dpop_proof")


@pytest.mark.spec("PP-17")
def test_a_proof_opens_the_api_once(bound: str) -> None:
    used = proof(bound)
    assert call(bound, used).status_code == 200
    see_refused(call(bound, used), "invalid_dpop_proof")
    assert UsedProof.objects.count() == 2, "at the token endpoint and at the API"


@pytest.mark.spec("RS-03", "PP-20")
def test_whoever_came_with_dpop_is_told_to_come_back_with_dpop(seeded: None) -> None:
    see_refused(call("a.b.c", "x"), "invalid_token")


@pytest.mark.spec("PP-10", "RS-09")
def test_introspection_tells_of_the_key(bound: str, token: str) -> None:
    def introspect(value: str) -> dict[str, Any]:
        return post_form("/oauth/introspect", {"token": value}, Authorization=basic_auth()).json()

    assert introspect(bound)["cnf"] == {"jkt": JKT}
    assert introspect(bound)["token_type"] == "DPoP"
    assert "cnf" not in introspect(token)
    assert introspect(token)["token_type"] == "Bearer"


@pytest.mark.spec("MD-05", "MD-10")
def test_the_api_says_what_a_proof_may_be_signed_with(seeded: None) -> None:
    document = Client().get("/.well-known/oauth-protected-resource/api").json()
    assert document["dpop_signing_alg_values_supported"] == list(ALGORITHMS)

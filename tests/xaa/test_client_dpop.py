"""The requesting app with a proof key: a proof on each leg, and nothing taken that is not bound to the key."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from tests.builders import build_id_jag
from tests.xaa.test_client import API, AS, EXCHANGED, IDP, REDEEMED, RESOURCE, SCOPE, altered, counts
from xaa import jose, protocol
from xaa.client import CrossAppSession, MemoryTokenCache, SubjectToken, UnexpectedResponse
from xaa.dpop import DpopError, Proof, check_proof
from xaa.http import OutgoingHttp

KEY = jose.generate_signing_key("ES256")
NOW = 1_800_000_000.0
BOUND = build_id_jag(cnf={"jkt": jose.thumbprint(KEY)}, resource=RESOURCE)
AS_BOUND = altered(REDEEMED, token_type="DPoP")


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        far_side.post(IDP.url, json=altered(EXCHANGED, access_token=BOUND))
        far_side.post(AS.url, json=AS_BOUND)
        far_side.get(API, json={"todos": []})
        yield far_side


@pytest.fixture
def session() -> CrossAppSession:
    return CrossAppSession(
        http=OutgoingHttp(), idp=IDP, resource_as=AS, subject=lambda: SubjectToken.from_id_token("the-id-token"),
        user="alice", cache=MemoryTokenCache(), clock=lambda: NOW, proof_key=KEY,
    )  # fmt: skip


def call(session: CrossAppSession) -> Any:
    return session.request("GET", f"{API}?limit=1", resource=RESOURCE, scope=SCOPE)


def proof_of(request: Any, *, url: str, access_token: str = "") -> Proof:
    headers = [request.headers["DPoP"]]
    return check_proof(headers, method=request.method, url=url, now=NOW, access_token=access_token)


@pytest.mark.spec("PP-01", "PP-11", "PP-19")
def test_a_fresh_proof_of_the_same_key_goes_with_each_of_the_three_requests(
    wire: responses.RequestsMock, session: CrossAppSession
) -> None:
    assert call(session).status == 200
    exchange, redemption, api = (sent.request for sent in wire.calls)
    proofs = [
        proof_of(exchange, url=IDP.url),
        proof_of(redemption, url=AS.url),
        proof_of(api, url=API, access_token="the-access-token"),
    ]
    assert {proof.jkt for proof in proofs} == {jose.thumbprint(KEY)}
    assert len({proof.jti for proof in proofs}) == 3
    assert f"grant_type={protocol.GRANT_JWT_DPOP}".replace(":", "%3A") in str(redemption.body)
    assert api.headers["Authorization"] == "DPoP the-access-token"


@pytest.mark.spec("PP-19")
def test_a_cached_token_is_sent_with_a_new_proof(wire: responses.RequestsMock, session: CrossAppSession) -> None:
    call(session), call(session)
    assert counts(wire)[:2] == (1, 1)
    first, second = (proof_of(sent.request, url=API, access_token="the-access-token") for sent in wire.calls[2:])
    assert first.jti != second.jti
    with pytest.raises(DpopError):
        proof_of(wire.calls[2].request, url=API, access_token="another-token")


@pytest.mark.spec("PP-04")
@pytest.mark.parametrize(
    "id_jag",
    [
        build_id_jag(resource=RESOURCE),
        build_id_jag(resource=RESOURCE, cnf={"jkt": jose.thumbprint(jose.generate_signing_key("ES256"))}),
        build_id_jag(resource=RESOURCE, cnf={"x5t#S256": "x"}),
        "what-nobody-can-look-into",
    ],
    ids=["unbound", "another key", "another means", "opaque"],
)
def test_an_id_jag_that_is_not_bound_to_our_key_goes_no_further(
    wire: responses.RequestsMock, session: CrossAppSession, id_jag: str
) -> None:
    wire.replace(responses.POST, IDP.url, json=altered(EXCHANGED, access_token=id_jag))
    with pytest.raises(UnexpectedResponse) as caught:
        call(session)
    assert (caught.value.leg, caught.value.field) == ("token exchange", "cnf")
    assert counts(wire)[1] == 0


def test_a_bearer_token_is_not_taken_for_a_bound_one_nor_the_other_way_round(
    wire: responses.RequestsMock, session: CrossAppSession
) -> None:
    wire.replace(responses.POST, AS.url, json=REDEEMED)
    with pytest.raises(UnexpectedResponse, match="must be DPoP"):
        call(session)
    session.proof_key = None
    wire.replace(responses.POST, AS.url, json=AS_BOUND)
    with pytest.raises(UnexpectedResponse, match="must be Bearer"):
        call(session)


@pytest.mark.spec("PP-01")
def test_without_a_key_no_proof_is_sent(wire: responses.RequestsMock, session: CrossAppSession) -> None:
    session.proof_key = None
    wire.replace(responses.POST, AS.url, json=REDEEMED)
    assert call(session).status == 200
    assert not any("DPoP" in sent.request.headers for sent in wire.calls)


def test_a_token_of_another_key_is_renewed_once(wire: responses.RequestsMock, session: CrossAppSession) -> None:
    call(session)
    challenge = {"WWW-Authenticate": 'DPoP error="invalid_token", algs="ES256"'}
    wire.replace(responses.GET, API, status=401, headers=challenge)
    assert call(session).status == 401
    assert counts(wire)[:2] == (2, 2)

"""A server that wants a nonce in the proof gets one at the second try, and no third (RFC 9449 §8, §9)."""

from typing import Any

import pytest
import responses

from tests.xaa.test_client import API, AS, IDP, counts
from tests.xaa.test_client_dpop import call, session, wire  # noqa: F401  fixtures
from xaa import jose
from xaa.client import CrossAppSession, TokenEndpointError

OAUTH = {"status": 400, "json": {"error": "use_dpop_nonce"}, "headers": {"DPoP-Nonce": "n-1"}}
CHALLENGE = {"status": 401, "headers": {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "n-1"}}


def nonces_to(url: str, wire: responses.RequestsMock) -> list[Any]:  # noqa: F811
    """Of each proof that came there, the nonce in it."""
    sent = [one.request for one in wire.calls if one.request.url.partition("?")[0] == url]
    return [jose.peek(request.headers["DPoP"]).unverified_claims.get("nonce") for request in sent]


def refuse_first(wire: responses.RequestsMock, method: str, url: str, demand: dict[str, Any]) -> None:  # noqa: F811
    """``demand`` before the answer that is registered there already."""
    good = next(one for one in wire.registered() if one.url == url)
    wire.remove(good)
    wire.add(method, url, **demand)
    wire.add(good)


@pytest.mark.parametrize(
    ("method", "url", "demand"),
    [("POST", IDP.url, OAUTH), ("POST", AS.url, OAUTH), ("GET", API, CHALLENGE)],
    ids=["idp", "resource as", "api"],
)
def test_it_comes_back_once_with_the_nonce_that_was_demanded(
    wire: responses.RequestsMock,  # noqa: F811
    session: CrossAppSession,  # noqa: F811
    method: str,
    url: str,
    demand: dict[str, Any],
) -> None:
    refuse_first(wire, method, url, demand)
    assert call(session).status == 200
    assert nonces_to(url, wire) == [None, "n-1"]
    jtis = {jose.peek(one.request.headers["DPoP"]).unverified_claims["jti"] for one in wire.calls}
    assert len(jtis) == len(wire.calls) == 4


def test_a_server_that_is_never_content_is_not_asked_a_third_time(
    wire: responses.RequestsMock,  # noqa: F811
    session: CrossAppSession,  # noqa: F811
) -> None:
    wire.replace("POST", IDP.url, **OAUTH)
    with pytest.raises(TokenEndpointError, match="use_dpop_nonce"):
        call(session)
    assert nonces_to(IDP.url, wire) == [None, "n-1"]
    assert counts(wire)[1] == 0


@pytest.mark.parametrize(
    "demand",
    [
        OAUTH | {"headers": {}},
        OAUTH | {"headers": {"DPoP-Nonce": 'a"b'}},
        OAUTH | {"headers": {"DPoP-Nonce": "x" * 1025}},
        OAUTH | {"json": {"error": "invalid_dpop_proof"}},
        OAUTH | {"json": ["use_dpop_nonce"]},
        OAUTH | {"status": 500},
    ],
    ids=["none", "no nonce", "endless", "another error", "no object", "another status"],
)
def test_what_is_no_demand_is_not_answered(
    wire: responses.RequestsMock,  # noqa: F811
    session: CrossAppSession,  # noqa: F811
    demand: dict[str, Any],
) -> None:
    wire.replace("POST", IDP.url, **demand)
    with pytest.raises(Exception, match="token exchange"):
        call(session)
    assert nonces_to(IDP.url, wire) == [None]


def test_without_a_proof_key_there_is_nothing_to_put_it_into(
    wire: responses.RequestsMock,  # noqa: F811
    session: CrossAppSession,  # noqa: F811
) -> None:
    session.proof_key = None
    wire.replace("POST", IDP.url, **OAUTH)
    with pytest.raises(TokenEndpointError):
        call(session)
    assert counts(wire)[0] == 1

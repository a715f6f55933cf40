"""The requesting app with a key instead of a secret: what it sends, and to whom (RFC 7523 §2.2)."""

from urllib.parse import parse_qs

import pytest
import responses

from tests import builders
from tests.xaa.test_client import AS, EXCHANGED, IDP, REDEEMED, RESOURCE, SCOPE
from xaa import jose, protocol
from xaa.client import SubjectToken, TokenEndpoint, redeem_id_jag, request_id_jag
from xaa.client_assertion import ClientAssertionRejected, verify_client_assertion
from xaa.http import OutgoingHttp

KEY = jose.generate_signing_key("ES256")
KEYS = jose.KeySet.from_jwks(builders.jwks(KEY))
NOW = 1000.0


def with_key(endpoint: TokenEndpoint) -> TokenEndpoint:
    return TokenEndpoint(endpoint.issuer, endpoint.url, endpoint.client_id, client_key=KEY)


def act() -> None:
    """Both legs."""
    id_jag = request_id_jag(
        OutgoingHttp(),
        with_key(IDP),
        subject=SubjectToken.from_id_token("the-id-token"),
        audience=AS.issuer,
        resource=RESOURCE,
        scope=SCOPE,
        clock=lambda: NOW,
    )
    redeem_id_jag(OutgoingHttp(), with_key(AS), id_jag=id_jag, clock=lambda: NOW)


@pytest.mark.spec("SEC-19", "SEC-20", "SEC-21", "SEC-38")
def test_each_server_gets_a_new_assertion_made_for_it_and_no_secret() -> None:
    seen: set[str] = set()
    with responses.RequestsMock() as wire:
        wire.post(IDP.url, json=EXCHANGED)
        wire.post(AS.url, json=REDEEMED)
        act()
        act()
        sent = [(call.request, parse_qs(str(call.request.body))) for call in wire.calls]
    for (request, form), endpoint in zip(sent, (IDP, AS, IDP, AS), strict=True):
        assert request.url == endpoint.url
        assert "Authorization" not in request.headers
        assert "client_secret" not in form
        assert form["client_assertion_type"] == [protocol.CLIENT_ASSERTION_TYPE]
        assert form["client_id"] == [endpoint.client_id]
        verify(form["client_assertion"][0], endpoint, seen)
        with pytest.raises(ClientAssertionRejected, match="aud: expected"):
            verify(form["client_assertion"][0], TokenEndpoint(endpoint.url, "", endpoint.client_id), set())
    assert len(seen) == 4


def verify(assertion: str, endpoint: TokenEndpoint, seen: set[str]) -> None:
    verify_client_assertion(
        assertion,
        client_id=endpoint.client_id,
        issuer=endpoint.issuer,
        keys=KEYS,
        now=NOW,
        leeway=0,
        claim=lambda jti, keep_until: jti not in seen and not seen.add(jti),
    )


def test_a_secret_and_a_key_at_once_are_a_mistake_in_the_configuration() -> None:
    with pytest.raises(ValueError, match="a secret or a key"):
        TokenEndpoint(IDP.issuer, IDP.url, IDP.client_id, "secret", KEY)
    assert "PrivateKey" not in repr(with_key(IDP))

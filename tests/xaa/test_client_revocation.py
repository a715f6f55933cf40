"""Giving a token back (RFC 7009): at the endpoint that the metadata of its server names, and only there."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from xaa import jose, protocol
from xaa.client import (
    NoAnswer,
    TokenEndpointError,
    discover_revocation_endpoint,
    discover_token_endpoint,
    revoke_token,
)
from xaa.http import OutgoingHttp
from xaa.metadata import IssuerDirectory, MetadataError

ISSUER = "https://todo.example"
REVOKE = f"{ISSUER}/o/revoke"


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


def publish(wire: responses.RequestsMock, **members: Any) -> None:
    metadata = {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/o/token"} | members
    wire.get(f"{ISSUER}/.well-known/oauth-authorization-server", json=metadata)
    wire.get(f"{ISSUER}/.well-known/openid-configuration", status=404)


def discover(**credentials: Any) -> Any:
    directory = IssuerDirectory(OutgoingHttp())
    token_endpoint = discover_token_endpoint(directory, ISSUER, client_id="agent", **credentials)
    return discover_revocation_endpoint(directory, token_endpoint)


@pytest.mark.spec("RF-10")
def test_it_sends_the_token_with_our_credentials_there(wire: responses.RequestsMock) -> None:
    publish(wire, revocation_endpoint=REVOKE)
    wire.post(REVOKE, body=b"")
    revoke_token(OutgoingHttp(), discover(client_secret="s"), "at-1", hint="access_token", now=1.0)
    sent = wire.calls[-1].request
    assert parse_qs(str(sent.body)) == {"token": ["at-1"], "token_type_hint": ["access_token"]}
    assert sent.headers["Authorization"].startswith("Basic ")


def test_a_client_with_a_key_signs(wire: responses.RequestsMock) -> None:
    publish(wire, revocation_endpoint=REVOKE)
    wire.post(REVOKE, body=b"")
    endpoint = discover(client_key=jose.generate_signing_key("ES256"))
    revoke_token(OutgoingHttp(), endpoint, "at-1", hint="access_token", now=1.0)
    form = parse_qs(str(wire.calls[-1].request.body))
    assert form["client_assertion_type"] == [protocol.CLIENT_ASSERTION_TYPE]
    assert "Authorization" not in wire.calls[-1].request.headers


@pytest.mark.parametrize("members", [{}, {"revocation_endpoint": ""}, {"revocation_endpoint": 7}])
def test_where_there_is_no_endpoint_there_is_nothing_to_do(
    wire: responses.RequestsMock, members: dict[str, object]
) -> None:
    publish(wire, **members)
    assert discover() is None


def test_another_issuers_metadata_is_not_followed(wire: responses.RequestsMock) -> None:
    publish(wire, issuer=f"{ISSUER}/", revocation_endpoint=REVOKE)
    with pytest.raises(MetadataError):
        discover()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 503, "headers": {"Retry-After": "7"}}, NoAnswer),
        ({"body": ConnectionError()}, NoAnswer),
        ({"status": 400, "json": {"error": "unsupported_token_type"}}, TokenEndpointError),
    ],
)
def test_a_refusal_is_told_apart_from_no_answer_and_neither_holds_the_token(
    wire: responses.RequestsMock, answer: dict[str, Any], error: type[Exception]
) -> None:
    publish(wire, revocation_endpoint=REVOKE)
    wire.post(REVOKE, **answer)
    with pytest.raises(error) as caught:
        revoke_token(OutgoingHttp(), discover(client_secret="s3cret"), "at-1", hint="access_token", now=1.0)
    assert "at-1" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert getattr(caught.value, "retry_after", None) == (7 if answer.get("status") == 503 else None)

"""The SAML route of the requesting app: assertion, refresh token, ID-JAG, each answer checked (ID-JAG §4.5)."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from xaa import protocol
from xaa.client import (
    IssuedRefreshToken,
    SubjectToken,
    TokenEndpoint,
    TokenEndpointError,
    UnexpectedResponse,
    request_id_jag,
    request_refresh_token,
)
from xaa.http import OutgoingHttp

IDP = TokenEndpoint("https://idp.example/acme", "https://idp.example/acme/token", "agent0-at-acme", "secret")
ASSERTION = b'<saml:Assertion ID="_1">\xc3\xa9 \xf0\x9f\x99\x82?&gt;</saml:Assertion>'
GRANTED: dict[str, Any] = {
    "issued_token_type": protocol.TOKEN_TYPE_REFRESH_TOKEN,
    "token_type": "N_A",
    "access_token": "the-refresh-token",
    "expires_in": 2_592_000,
}
REMOVED = object()


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        yield far_side


def ask() -> IssuedRefreshToken:
    return request_refresh_token(OutgoingHttp(), IDP, assertion=ASSERTION, clock=lambda: 1000.0)


@pytest.mark.spec("TX-37", "TX-01")
def test_it_brings_the_assertion_as_it_is_and_asks_for_nothing_else(wire: responses.RequestsMock) -> None:
    wire.post(IDP.url, json=GRANTED)
    token = ask()
    assert (token.value, token.scope, token.expires_at) == (
        "the-refresh-token",
        ("openid", "offline_access"),
        2_593_000.0,
    )
    form = {name: value[0] for name, value in parse_qs(str(wire.calls[0].request.body)).items()}
    sent = form.pop("subject_token")
    assert base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4)) == ASSERTION
    assert not set(sent) & set("+/=")
    assert form == {
        "grant_type": protocol.GRANT_TOKEN_EXCHANGE,
        "requested_token_type": protocol.TOKEN_TYPE_REFRESH_TOKEN,
        "subject_token_type": protocol.TOKEN_TYPE_SAML2,
        "scope": "openid offline_access",
    }
    assert "the-refresh-token" not in repr(token)


@pytest.mark.spec("TX-37", "TX-16")
def test_what_it_gets_is_the_subject_of_the_id_jag(wire: responses.RequestsMock) -> None:
    id_jag = {"issued_token_type": protocol.TOKEN_TYPE_ID_JAG, "token_type": "N_A", "access_token": "the-id-jag"}
    wire.post(IDP.url, json=GRANTED)
    wire.post(IDP.url, json=id_jag)
    subject = SubjectToken.from_refresh_token(ask().value)
    issued = request_id_jag(OutgoingHttp(), IDP, subject=subject, audience="https://todo.example")
    assert issued.assertion == "the-id-jag"
    form = parse_qs(str(wire.calls[1].request.body))
    assert form["subject_token"] == ["the-refresh-token"]
    assert form["subject_token_type"] == [protocol.TOKEN_TYPE_REFRESH_TOKEN]


@pytest.mark.spec("TX-37", "TR-04")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issued_token_type", protocol.TOKEN_TYPE_ID_JAG),
        ("issued_token_type", protocol.TOKEN_TYPE_ACCESS_TOKEN),
        ("issued_token_type", REMOVED),
        ("token_type", "Bearer"),
        ("token_type", REMOVED),
        ("access_token", ""),
        ("access_token", REMOVED),
        ("access_token", "two\nlines"),
        ("expires_in", 0),
        ("expires_in", "3600"),
        ("scope", ["openid"]),
    ],
)
def test_it_uses_nothing_of_an_answer_that_breaks_the_protocol(
    wire: responses.RequestsMock, field: str, value: object
) -> None:
    body = {name: found for name, found in (GRANTED | {field: value}).items() if found is not REMOVED}
    wire.post(IDP.url, json=body)
    with pytest.raises(UnexpectedResponse) as broken:
        ask()
    assert (broken.value.leg, broken.value.field) == ("token exchange", field)


@pytest.mark.spec("TX-37")
def test_a_refusal_is_told_and_the_assertion_not_tried_again(wire: responses.RequestsMock) -> None:
    wire.post(IDP.url, status=400, json={"error": "invalid_grant", "error_description": "used before"})
    with pytest.raises(TokenEndpointError) as refused:
        ask()
    assert (refused.value.error, len(wire.calls)) == ("invalid_grant", 1)

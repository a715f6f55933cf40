"""The code for the tokens: one POST to the IdP's token endpoint (RFC 6749 §4.1.3; OpenID Connect Core
§3.1.3).

Deliberately does not: repeat the request. A code is good once, and a second try would make the IdP revoke
what the first one brought (RFC 6749 §4.1.2).
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus

from requests.auth import AuthBase, HTTPBasicAuth

from xaa import protocol
from xaa.client_assertion import build_client_assertion
from xaa.clock import read_clock
from xaa.http import HttpAnswer, HttpFailure
from xaa.signin import conf
from xaa.signin.connections import Connection
from xaa.signin.failures import (
    CLIENT_REFUSED,
    CODE_REFUSED,
    IDP_UNAVAILABLE,
    TOKENS_UNUSABLE,
    SignInFailed,
)

CLIENT_ERRORS: Final = (protocol.ERROR_INVALID_CLIENT, protocol.ERROR_UNAUTHORIZED_CLIENT)


def redeem_code(connection: Connection, token_endpoint: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The token response, with an ID Token in it. ``form`` is the request without the client's authentication."""
    fields, auth = _authenticate_client(connection, form)
    try:
        answer = conf.outgoing_http().post_form(
            token_endpoint, fields, headers={"Accept": "application/json"}, auth=auth
        )
    except HttpFailure as failure:
        raise SignInFailed(IDP_UNAVAILABLE, str(failure)) from failure
    tokens = _read_object(answer)
    if answer.status != 200:
        raise _refusal(answer.status, tokens)
    for name in ("id_token", "access_token"):
        if not isinstance(tokens.get(name), str) or not tokens[name]:
            raise SignInFailed(TOKENS_UNUSABLE, f"Expected the token response to have a string {name!r}.")
    if not isinstance(tokens.get("refresh_token", ""), str):
        raise SignInFailed(TOKENS_UNUSABLE, "Expected refresh_token to be a string.")
    return tokens


def _authenticate_client(
    connection: Connection, form: Mapping[str, str]
) -> tuple[dict[str, str], AuthBase | None]:
    """One method, never two (RFC 6749 §2.3). The Basic form encodes both halves first (RFC 6749 §2.3.1).

    An assertion is made for this request and for this IdP's issuer alone (RFC 7521 §4.2).
    """
    if connection.client_key:
        assertion = build_client_assertion(
            connection.client_key,
            client_id=connection.client_id,
            audience=connection.issuer,
            now=read_clock(),
        )
        signed = {"client_assertion_type": protocol.CLIENT_ASSERTION_TYPE, "client_assertion": assertion}
        return {**form, "client_id": connection.client_id, **signed}, None
    if connection.client_authentication == "client_secret_post":
        return {**form, "client_id": connection.client_id, "client_secret": connection.client_secret}, None
    return dict(form), HTTPBasicAuth(quote_plus(connection.client_id), quote_plus(connection.client_secret))


def _read_object(answer: HttpAnswer) -> dict[str, Any]:
    try:
        return answer.json()
    except HttpFailure as failure:
        known = TOKENS_UNUSABLE if answer.status < 500 else IDP_UNAVAILABLE
        raise SignInFailed(known, str(failure)) from failure


def _refusal(status: int, body: Mapping[str, Any]) -> SignInFailed:
    """An OAuth error (RFC 6749 §5.2) told apart by whom it asks to act."""
    error = body.get("error")
    detail = f"token endpoint: status {status}, error {error!r:.80}, {body.get('error_description')!r:.200}"
    if error == protocol.ERROR_INVALID_GRANT:
        return SignInFailed(CODE_REFUSED, detail)
    if error in CLIENT_ERRORS or status == 401:
        return SignInFailed(CLIENT_REFUSED, detail)
    return SignInFailed(IDP_UNAVAILABLE if status >= 500 else TOKENS_UNUSABLE, detail)

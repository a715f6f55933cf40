"""A token endpoint and our credentials there, kept together so that no secret goes to another address.

An app has one client id at the IdP and another at the resource app's authorization server (ID-JAG §5). Mixing
them up, or following a document to send a secret elsewhere, is what keeping them in one value prevents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from requests.auth import HTTPBasicAuth

from xaa.client.errors import Leg, NoAnswer, TokenEndpointError, UnexpectedResponse
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp
from xaa.metadata import IssuerDirectory, Kind, MetadataError


@dataclass(frozen=True)
class TokenEndpoint:
    """Where to ask, as whom. ``issuer`` is the exact issuer identifier that the endpoint belongs to."""

    issuer: str
    url: str
    client_id: str
    client_secret: str = field(repr=False)


def discover_token_endpoint(
    directory: IssuerDirectory, issuer: str, *, client_id: str, client_secret: str, kind: Kind = "oauth"
) -> TokenEndpoint:
    """The endpoint that the metadata of a *configured* issuer names (RFC 8414 §2). Raises ``MetadataError``."""
    url = directory.fetch_metadata(issuer, kind=kind).get("token_endpoint")
    if not isinstance(url, str) or not url:
        raise MetadataError(f"Expected the metadata of {issuer} to have a 'token_endpoint', found {url!r:.80}.")
    return TokenEndpoint(issuer, url, client_id, client_secret)


def post_token_request(
    http: OutgoingHttp, endpoint: TokenEndpoint, form: Mapping[str, str], *, leg: Leg
) -> dict[str, Any]:
    """POST a token request with client_secret_basic (RFC 6749 §2.3.1); the JSON object of a 200 answer.

    Sent once: a lost answer may have spent the grant, so asking again is a decision of the caller's.
    """
    credentials = HTTPBasicAuth(quote_plus(endpoint.client_id), quote_plus(endpoint.client_secret))
    try:
        answer = http.post_form(endpoint.url, form, auth=credentials, headers={"Accept": "application/json"})
        if answer.status == 200:
            return answer.json()
        raise _read_refusal(answer, leg)
    except HttpFailure as failure:
        raise NoAnswer(leg, endpoint.url, failure.reason) from failure


def read_retry_after(answer: HttpAnswer) -> int | None:
    """``Retry-After`` in seconds (RFC 9110 §10.2.3); its date form is ignored."""
    value = answer.headers.get("Retry-After", "")
    return int(value) if value.isdecimal() and len(value) < 6 else None


def _read_refusal(answer: HttpAnswer, leg: Leg) -> Exception:
    if answer.status in (429, 503) or answer.status >= 500:
        reason = f"expected status 200, found {answer.status}"
        return NoAnswer(leg, answer.url, reason, retry_after=read_retry_after(answer))
    try:
        body = answer.json()
    except HttpFailure:
        body = {}
    error, description = body.get("error"), body.get("error_description", "")
    if not isinstance(error, str) or not isinstance(description, str):
        return UnexpectedResponse(
            leg, field="error", rule=f"an OAuth error was expected with status {answer.status}"
        )
    return TokenEndpointError(leg, error=error[:100], description=description[:500], status=answer.status)

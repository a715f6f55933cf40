"""A token endpoint and our credentials there, kept together so that no secret goes to another address.

An app has one client id at the IdP and another at the resource app's authorization server (ID-JAG §5). Mixing
them up, or following a document to send a secret elsewhere, is what keeping them in one value prevents.

The credentials are a secret (``client_secret_basic``) or, better, a key (``private_key_jwt``, RFC 7523 §2.2): what
a key signs is for one server and one request, so nothing that travels can be used again (RFC 9700 §2.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote_plus

from requests.auth import HTTPBasicAuth

from xaa import protocol
from xaa.client.errors import Leg, NoAnswer, RateLimited, TokenEndpointError, UnexpectedResponse
from xaa.client.nonce import read_demanded_nonce
from xaa.client_assertion import build_client_assertion
from xaa.dpop import build_proof
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp
from xaa.jose import SigningKey
from xaa.metadata import IssuerDirectory, Kind, MetadataError

RESETS: Final = ("X-RateLimit-Reset", "X-Rate-Limit-Reset")  # Auth0's, Okta's


@dataclass(frozen=True)
class TokenEndpoint:
    """Where to ask, as whom, with a secret or a key. ``issuer`` is the exact identifier of the server."""

    issuer: str
    url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    client_key: SigningKey | None = None

    def __post_init__(self) -> None:
        if self.client_secret and self.client_key:
            raise ValueError(f"Expected a secret or a key for {self.client_id}, not both (RFC 6749 §2.3).")


def discover_token_endpoint(
    directory: IssuerDirectory,
    issuer: str,
    *,
    client_id: str,
    client_secret: str = "",
    client_key: SigningKey | None = None,
    kind: Kind = "oauth",
) -> TokenEndpoint:
    """The endpoint that the metadata of a *configured* issuer names (RFC 8414 §2). Raises ``MetadataError``."""
    url = directory.fetch_metadata(issuer, kind=kind).get("token_endpoint")
    if not isinstance(url, str) or not url:
        raise MetadataError(f"Expected the metadata of {issuer} to have a 'token_endpoint', found {url!r:.80}.")
    return TokenEndpoint(issuer, url, client_id, client_secret, client_key)


def post_token_request(
    http: OutgoingHttp,
    endpoint: TokenEndpoint,
    form: Mapping[str, str],
    *,
    leg: Leg,
    now: float,
    proof_key: SigningKey | None = None,
) -> dict[str, Any]:
    """POST a token request, authenticated, with ``proof_key`` also with a DPoP proof; a 200 answer's JSON object.

    Sent once: a lost answer may have spent the grant, so asking again is a decision of the caller's.
    """
    answer = post_authenticated(http, endpoint, form, leg=leg, now=now, proof_key=proof_key)
    try:
        return answer.json()
    except HttpFailure as failure:
        raise NoAnswer(leg, endpoint.url, failure.reason) from failure


def post_authenticated(
    http: OutgoingHttp,
    endpoint: TokenEndpoint,
    form: Mapping[str, str],
    *,
    leg: Leg,
    now: float,
    proof_key: SigningKey | None = None,
) -> HttpAnswer:
    """POST ``form`` as the client; the answer if its status is 200, whatever it holds.

    A server that wants a nonce in the proof is asked once more, with a fresh assertion, too (RFC 9449 §8).
    """

    def post(nonce: str = "") -> HttpAnswer:
        credentials = None if endpoint.client_key else _basic(endpoint)
        headers = {"Accept": "application/json"}
        if proof_key:
            proof = build_proof(proof_key, method="POST", url=endpoint.url, now=now, nonce=nonce)
            headers[protocol.HEADER_DPOP] = proof
        try:
            answer = http.post_form(
                endpoint.url, {**form, **_assertion(endpoint, now)}, auth=credentials, headers=headers
            )
        except HttpFailure as failure:
            raise NoAnswer(leg, endpoint.url, failure.reason) from failure
        demanded = read_demanded_nonce(answer) if proof_key and not nonce else ""
        return post(demanded) if demanded else answer

    answer = post()
    if answer.status != 200:
        raise _read_refusal(answer, leg)
    return answer


def _basic(endpoint: TokenEndpoint) -> HTTPBasicAuth:
    """client_secret_basic, each half form-encoded first (RFC 6749 §2.3.1)."""
    return HTTPBasicAuth(quote_plus(endpoint.client_id), quote_plus(endpoint.client_secret))


def _assertion(endpoint: TokenEndpoint, now: float) -> dict[str, str]:
    """private_key_jwt: a new assertion for every request, for this server's issuer alone (RFC 7521 §4.2)."""
    if endpoint.client_key is None:
        return {}
    assertion = build_client_assertion(
        endpoint.client_key, client_id=endpoint.client_id, audience=endpoint.issuer, now=now
    )
    return {
        "client_id": endpoint.client_id,
        "client_assertion_type": protocol.CLIENT_ASSERTION_TYPE,
        "client_assertion": assertion,
    }


def read_retry_after(answer: HttpAnswer) -> int | None:
    """``Retry-After`` in seconds (RFC 9110 §10.2.3; its date form is ignored), or what a 429 says in its place."""
    value = answer.headers.get("Retry-After", "")
    if value.isdecimal() and len(value) < 6:
        return int(value)
    return _read_reset(answer) if answer.status == 429 else None


def _read_reset(answer: HttpAnswer) -> int | None:
    """Auth0 and Okta name the moment of the reset, in seconds since 1970: by their clock, as their ``Date`` is."""
    value = next((answer.headers[name] for name in RESETS if name in answer.headers), "")
    if not value.isdecimal() or len(value) > 11:
        return None
    try:
        wait = int(value) - int(parsedate_to_datetime(answer.headers.get("Date", "")).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None
    return wait if 0 <= wait < 100_000 else None


def read_silence(answer: HttpAnswer, leg: Leg) -> NoAnswer:
    """A status that answers nothing: 429 says later, as any other may (RFC 9110 §10.2.3)."""
    kind = RateLimited if answer.status == 429 else NoAnswer
    reason = f"expected status 200, found {answer.status}"
    return kind(leg, answer.url, reason, retry_after=read_retry_after(answer))


def _read_refusal(answer: HttpAnswer, leg: Leg) -> Exception:
    if answer.status == 429 or answer.status >= 500:
        return read_silence(answer, leg)
    try:
        body = answer.json()
    except HttpFailure:
        body = {}
    error, description = body.get("error"), body.get("error_description", "")
    if not isinstance(error, str) or not isinstance(description, str):
        return UnexpectedResponse(
            leg, field="error", rule=f"an OAuth error was expected with status {answer.status}"
        )
    max_age, acr_values = body.get("max_age"), body.get("acr_values", "")
    return TokenEndpointError(
        leg,
        error=error[:100],
        description=description[:500],
        status=answer.status,
        max_age=max_age if type(max_age) is int and max_age >= 0 else None,
        acr_values=acr_values[:200] if isinstance(acr_values, str) else "",
    )

"""Leg one: at the IdP, exchange the user's sign-in for an ID-JAG (RFC 8693 §2.1; ID-JAG §4.3).

The subject token is what the app already has from single sign-on: the ID Token, or the refresh token when the ID
Token has expired (ID-JAG §4.4.3). ``audience`` is the issuer of the resource app's authorization server and
``resource`` the API behind it; swapping the two is the commonest mistake.

Deliberately does not: decide anything about the user, or send a subject token anywhere but to its own IdP.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from xaa import protocol
from xaa.authorization_details import Details, dump_details
from xaa.client.endpoints import TokenEndpoint, post_token_request
from xaa.client.responses import IssuedIdJag, Names, check_bound_to, parse_id_jag_response
from xaa.clock import read_clock
from xaa.http import OutgoingHttp
from xaa.jose import SigningKey


@dataclass(frozen=True)
class SubjectToken:
    """A token that says who signed in, and its RFC 8693 type."""

    value: str = field(repr=False)
    type: str

    @classmethod
    def from_id_token(cls, id_token: str) -> "SubjectToken":
        return cls(id_token, protocol.TOKEN_TYPE_ID_TOKEN)

    @classmethod
    def from_refresh_token(cls, refresh_token: str) -> "SubjectToken":
        return cls(refresh_token, protocol.TOKEN_TYPE_REFRESH_TOKEN)


def request_id_jag(  # noqa: PLR0913  the parameters of the request, and whom to send it to
    http: OutgoingHttp,
    idp: TokenEndpoint,
    *,
    subject: SubjectToken,
    audience: str,
    resource: str = "",
    scope: Names = (),
    details: Details = (),
    proof_key: SigningKey | None = None,
    clock: Callable[[], float] = read_clock,
) -> IssuedIdJag:
    """Ask the IdP of ``subject`` for an ID-JAG to show at ``audience``, bound to ``proof_key`` if there is one.

    ``details`` say what is to be done more finely than ``scope`` (RFC 9396 §2); the IdP has to know their types.

    Raises ``TokenEndpointError`` when the IdP refuses (``access_denied`` and ``invalid_target`` are its admin's
    decision), ``NoAnswer`` when it cannot be reached, ``UnexpectedResponse`` when it breaks the protocol.
    """
    check_resource(resource)
    form = {
        "grant_type": protocol.GRANT_TOKEN_EXCHANGE,
        "requested_token_type": protocol.TOKEN_TYPE_ID_JAG,
        "audience": audience,
        "resource": resource,
        "scope": " ".join(scope),
        protocol.AUTHORIZATION_DETAILS: dump_details(details),
        "subject_token": subject.value,
        "subject_token_type": subject.type,
    }
    sent = {name: value for name, value in form.items() if value}
    body = post_token_request(http, idp, sent, leg="token exchange", now=clock(), proof_key=proof_key)
    id_jag = parse_id_jag_response(
        body,
        audience=audience,
        asked_scope=scope,
        asked_resource=(resource,) if resource else (),
        asked_details=details,
        now=clock(),
    )
    if proof_key:
        check_bound_to(proof_key, id_jag)
    return id_jag


def check_resource(resource: str) -> None:
    """An absolute URI without a fragment (RFC 8707 §2), or none; else ``ValueError``, and nothing is sent."""
    parts = urlsplit(resource)
    is_absolute = bool(parts.scheme and (parts.netloc or parts.path))
    if resource and (not is_absolute or "#" in resource):
        raise ValueError(f"Expected resource to be an absolute URI without a fragment, found {resource!r:.200}.")

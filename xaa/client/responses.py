"""What a token endpoint may answer, checked member by member before anything is used.

A client that takes whatever stands in ``access_token`` will one day send an ID-JAG to an API as a bearer token
(RFC 8693 §2.2.1 says so in other words). So each answer is parsed into a type of its own.

Deliberately does not: read inside an ID-JAG or an access token. They are opaque to the client (ID-JAG §9.8).
Three claims are compared: an ID-JAG for another ``resource`` or with other ``authorization_details`` than the
answer's is not used, nor one that was to be bound to our key and is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xaa import jose, protocol
from xaa.authorization_details import Details
from xaa.client.details import check_same_details, read_granted_details
from xaa.client.errors import Leg, UnexpectedResponse
from xaa.dpop import read_bound_key

Names = tuple[str, ...]

MAX_LIFETIME: Final = 2**31
"""Seconds. Whoever promises more, or a number that no clock can add, has made a mistake."""


@dataclass(frozen=True)
class IssuedIdJag:
    """An ID-JAG, for one authorization server. ``scope`` is what the IdP granted, perhaps less than was asked."""

    assertion: str = field(repr=False)
    audience: str
    scope: Names
    resource: Names
    expires_at: float
    details: Details = ()


@dataclass(frozen=True)
class IssuedRefreshToken:
    """The IdP's refresh token for a SAML sign-in: a subject token for ID-JAGs, and for nothing else."""

    value: str = field(repr=False)
    scope: Names
    expires_at: float


@dataclass(frozen=True)
class AccessToken:
    """An access token for the resource app's API; ``expires_at`` in seconds since the epoch.

    With ``details`` it does what they *and* ``scope`` allow; without any, all that ``scope`` says.
    """

    value: str = field(repr=False)
    scope: Names
    resource: Names
    expires_at: float
    details: Details = ()


def parse_id_jag_response(
    body: Mapping[str, Any],
    *,
    audience: str,
    asked_scope: Names,
    asked_resource: Names,
    asked_details: Details = (),
    now: float,
) -> IssuedIdJag:
    """The IdP's answer (ID-JAG §4.3.4): really an ID-JAG, and marked as no access token."""
    leg: Leg = "token exchange"
    _check_issued_token_type(body, protocol.TOKEN_TYPE_ID_JAG, leg)
    _check_token_type(body, protocol.TOKEN_TYPE_NOT_APPLICABLE, leg)
    assertion, resource = _read_token(body, leg), _read_resource(body, asked_resource, leg)
    if "resource" in body:
        _check_same_resource(assertion, resource, leg)
    details = read_granted_details(body, asked_details, leg)
    if details:
        check_same_details(assertion, details, leg)
    return IssuedIdJag(
        assertion=assertion,
        audience=audience,
        scope=_read_scope(body, asked_scope, leg),
        resource=resource,
        expires_at=now + _read_lifetime(body, leg),
        details=details,
    )


def parse_refresh_token_response(body: Mapping[str, Any], *, asked_scope: Names, now: float) -> IssuedRefreshToken:
    """The IdP's answer to an assertion (ID-JAG §4.5). It is in ``access_token`` all the same (RFC 8693 §2.2.1)."""
    leg: Leg = "token exchange"
    _check_issued_token_type(body, protocol.TOKEN_TYPE_REFRESH_TOKEN, leg)
    _check_token_type(body, protocol.TOKEN_TYPE_NOT_APPLICABLE, leg)
    return IssuedRefreshToken(
        value=_read_token(body, leg),
        scope=_read_scope(body, asked_scope, leg),
        expires_at=now + _read_lifetime(body, leg),
    )


def check_bound_to(key: jose.SigningKey, id_jag: IssuedIdJag) -> None:
    """``cnf.jkt`` is our key (ID-JAG §9.8). An IdP that ignores DPoP answers as if nothing were missing."""
    try:
        bound_to = read_bound_key(jose.peek(id_jag.assertion).unverified_claims)
    except jose.MalformedToken:
        bound_to = ""
    if bound_to != jose.thumbprint(key):
        raise UnexpectedResponse("token exchange", field="cnf", rule="the ID-JAG must be bound to our proof's key")


def parse_access_token_response(
    body: Mapping[str, Any],
    *,
    id_jag: IssuedIdJag,
    asked_details: Details = (),
    token_type: str = protocol.TOKEN_TYPE_BEARER,
    now: float,
) -> AccessToken:
    """The resource authorization server's answer (RFC 6749 §5.1). A refresh token in it is ignored."""
    leg: Leg = "redemption"
    _check_token_type(body, token_type, leg)
    return AccessToken(
        value=_read_token(body, leg),
        scope=_read_scope(body, id_jag.scope, leg),
        resource=_read_resource(body, id_jag.resource, leg),
        expires_at=now + _read_lifetime(body, leg),
        details=read_granted_details(body, asked_details or id_jag.details, leg),
    )


def _check_issued_token_type(body: Mapping[str, Any], expected: str, leg: Leg) -> None:
    if body.get("issued_token_type") != expected:
        raise UnexpectedResponse(leg, field="issued_token_type", rule=f"must be {expected}")


def _check_token_type(body: Mapping[str, Any], expected: str, leg: Leg) -> None:
    found = body.get("token_type")
    if not isinstance(found, str) or found.lower() != expected.lower():  # RFC 6749 §5.1: case-insensitive
        raise UnexpectedResponse(leg, field="token_type", rule=f"must be {expected}, found {found!r:.40}")


def _read_token(body: Mapping[str, Any], leg: Leg) -> str:
    token = body.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise UnexpectedResponse(leg, field="access_token", rule="must be a printable ASCII string")
    return token


def _read_scope(body: Mapping[str, Any], asked: Names, leg: Leg) -> Names:
    """Absent means as asked (RFC 6749 §5.1); present, it is what was granted."""
    scope = body.get("scope", " ".join(asked))
    if not isinstance(scope, str):
        raise UnexpectedResponse(leg, field="scope", rule="must be one space-separated string")
    return tuple(scope.split())


def _read_resource(body: Mapping[str, Any], asked: Names, leg: Leg) -> Names:
    """Absent is tolerated, since servers of the pinned revision need not send it; present, it names some of it."""
    if "resource" not in body:
        return asked
    resource = _as_names(body["resource"])
    if not resource or (asked and not set(resource) <= set(asked)):
        raise UnexpectedResponse(leg, field="resource", rule="must name only what was asked for")
    return resource


def _check_same_resource(assertion: str, resource: Names, leg: Leg) -> None:
    """The ID-JAG says what the answer says. One that cannot be looked into, such as an encrypted one, may pass."""
    try:
        claimed = jose.peek(assertion).unverified_claims.get("resource", [])
    except jose.MalformedToken:
        return
    if set(_as_names(claimed)) != set(resource):
        raise UnexpectedResponse(leg, field="resource", rule="must be the ID-JAG's own resource")


def _as_names(value: object) -> Names:
    """A string, or an array of strings (RFC 8707 §2); anything else names nothing."""
    found = value if isinstance(value, list) else [value]
    names = tuple(name for name in found if isinstance(name, str))
    return names if len(names) == len(found) else ()


def _read_lifetime(body: Mapping[str, Any], leg: Leg) -> int:
    """``expires_in`` is RECOMMENDED; without it the token is taken for short-lived rather than eternal."""
    lifetime = body.get("expires_in", 60)
    if type(lifetime) is not int or not 0 < lifetime < MAX_LIFETIME:
        raise UnexpectedResponse(leg, field="expires_in", rule="must be a positive number of seconds")
    return lifetime

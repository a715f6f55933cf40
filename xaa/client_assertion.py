"""A client proves who it is by signing instead of by sending a secret: ``private_key_jwt`` (RFC 7523 §2.2).

In the flow both token endpoints may ask for it: the IdP's in leg one, the resource authorization server's in leg
two. The client signs a short-lived JWT about itself with a key that only it has; the server knows the public half
from the client's registration. Nothing worth stealing travels, and nothing worth stealing lies at the server
(RFC 9700 §2.5).

Read ``CHECKS`` from top to bottom, as in ``xaa.jwt_bearer.id_jag``. What is refused is refused with one
``ClientAssertionRejected``: its reason is for the log, the caller hears the same ``invalid_client`` as ever.

Deliberately does not: find the client or store anything. The server looks the client up by ``peek_client_id`` and
hands in its keys, and a ``claim`` that remembers each ``jti`` once. No key comes from the assertion itself.
"""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from xaa import jose, protocol
from xaa.checks import CheckRun, numbered
from xaa.errors import XaaError

log = logging.getLogger("xaa.client_assertion")

ALGORITHMS: Final = tuple(jose.KEY_TYPE_OF)
"""What a client may sign with. Public keys only: with HMAC the server would hold the client's secret again."""
MAX_LIFETIME: Final = 600
"""Seconds that ``exp`` may lie ahead: how long a copied assertion is good, and how long its ``jti`` is kept."""
MAX_JTI_LENGTH: Final = 255
TYPES: Final = (protocol.TYP_CLIENT_ASSERTION, "JWT", None)
"""Typed, or untyped as RFC 7523 left it; ``JWT`` says no more than nothing (RFC 7519 §5.1)."""

Claim = Callable[[str, float], bool]
"""``claim(jti, keep_until)``: whether this is the first use of that ``jti`` by this client, in one atomic step."""


class ClientAssertionRejected(XaaError):
    """A check said no. ``reason`` says expected and found, for the log; it never holds the assertion."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Presented:
    """A client assertion on the desk, what it is held to, and its claims once the signature holds."""

    assertion: str = field(repr=False)
    client_id: str
    issuer: str
    keys: jose.KeySet
    algorithms: Sequence[str]
    now: float
    leeway: int
    claim: Claim
    claims: Mapping[str, Any] = field(default_factory=dict)


def build_client_assertion(
    key: jose.SigningKey, *, client_id: str, audience: str, now: float, lifetime: int = 60
) -> str:
    """A fresh assertion for one request. ``audience`` is the server's issuer identifier, never its token endpoint.

    An endpoint's address can be in several servers' metadata; a malicious one could collect assertions there and
    use them elsewhere (draft-ietf-oauth-rfc7523bis §4).
    """
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(24),
        "iat": int(now),
        "exp": int(now) + lifetime,
    }
    return jose.sign(claims, key=key, typ=protocol.TYP_CLIENT_ASSERTION)


def peek_client_id(assertion: str) -> str:
    """Who the assertion says it is from, to find that client's keys by; believed by nobody yet."""
    try:
        client_id = jose.peek(assertion).unverified_claims.get("sub")
    except jose.JoseError as error:
        raise ClientAssertionRejected(str(error)) from error
    if not isinstance(client_id, str) or not client_id or "\x00" in client_id:
        raise ClientAssertionRejected(f"sub: expected a client id, found {client_id!r:.80}")
    return client_id


def verify_client_assertion(
    assertion: str,
    *,
    client_id: str,
    issuer: str,
    keys: jose.KeySet,
    now: float,
    leeway: int,
    claim: Claim,
    algorithms: Sequence[str] = ALGORITHMS,
) -> None:
    """Return if ``assertion`` proves that the request comes from ``client_id``; else ``ClientAssertionRejected``.

    ``issuer`` is the verifying server's own issuer identifier, ``keys`` what that client has registered, ``now``
    and ``leeway`` seconds.
    """
    presented = Presented(assertion, client_id, issuer, keys, algorithms, now, leeway, claim)
    CheckRun(presented, ClientAssertionRejected, log).through(CHECKS)


def read_client_keys(document: object) -> jose.KeySet:
    """A client's registered JWK Set (RFC 7517 §5), held to more than a fetched one: every key must be usable.

    Raises ``jose.JoseError``. A private member means that somebody has pasted the wrong half: storing it would
    make this server a place to steal it from.
    """
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list) or not members or not all(isinstance(one, dict) for one in members):
        raise jose.JoseError("Expected a JWK Set: an object whose member 'keys' is an array of at least one JWK.")
    if any(jose.SECRET_MEMBERS & one.keys() for one in members):
        raise jose.JoseError("Expected public keys only, found a private or symmetric one: register another key.")
    keys = jose.KeySet.from_jwks({"keys": members})
    if len(keys.keys) != len(members):
        raise jose.JoseError("Expected signature keys on P-256 or RSA keys of at least 2048 bits, found another.")
    kids = [key.kid for key in keys.keys]
    if len(kids) > 1 and (len(set(kids)) != len(kids) or "" in kids):
        raise jose.JoseError("Expected each of several keys to have a 'kid' of its own.")
    return keys


@numbered("C1", "a client assertion with an allowed alg")
def check_type(presented: Presented) -> Presented:
    """One signed JWT, typed as a client assertion or not at all, so that no ID Token or ID-JAG passes as one."""
    try:
        header = jose.peek(presented.assertion).unverified_header
        jose.check_algorithm(header, presented.algorithms)
    except jose.JoseError as error:
        raise ClientAssertionRejected(str(error)) from error
    if header.get("typ") not in TYPES:
        raise ClientAssertionRejected(f"typ: expected {TYPES[0]!r} or none, found {header.get('typ')!r:.80}")
    return presented


@numbered("C2", "signed with the client's own key")
def check_signature(presented: Presented) -> Presented:
    """Signed with a key that this client has registered (RFC 7523 §3 (9)): from here on the client speaks."""
    try:
        verified = jose.verify(presented.assertion, keys=presented.keys, algorithms=presented.algorithms)
    except jose.JoseError as error:
        raise ClientAssertionRejected(str(error)) from error
    return replace(presented, claims=verified.claims)


@numbered("C3", "iss and sub are the client")
def check_client(presented: Presented) -> Presented:
    """The client speaks for itself: ``iss`` and ``sub`` are both its client id (RFC 7523 §3 (1), (2))."""
    for name in ("iss", "sub"):
        _check_equal(name, presented.claims.get(name), presented.client_id)
    return presented


@numbered("C4", "aud is exactly this server")
def check_audience(presented: Presented) -> Presented:
    """``aud`` is our issuer and nothing else, so that no server can use at ours what was sent to it.

    The token endpoint's URL, which RFC 7523 §3 (3) allowed, is refused, and so is a second value
    (draft-ietf-oauth-rfc7523bis §4).
    """
    audience = presented.claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    _check_equal("aud", audience, presented.issuer)
    return presented


@numbered("C5", "current and short-lived")
def check_times(presented: Presented) -> Presented:
    """``exp`` is ahead, but at most ten minutes; ``nbf`` and ``iat``, if there, are past (RFC 7523 §3 (4)-(6))."""
    now, leeway, expires_at = presented.now, presented.leeway, _read_time(presented, "exp")
    if not now - leeway < expires_at <= now + MAX_LIFETIME + leeway:
        raise ClientAssertionRejected(f"exp: expected within {MAX_LIFETIME} s of {now:.0f}, found {expires_at}")
    for name in presented.claims.keys() & {"iat", "nbf"}:
        if _read_time(presented, name) > now + leeway:
            raise ClientAssertionRejected(f"{name}: expected at most {now:.0f}, found {presented.claims[name]}")
    return presented


@numbered("C6", "jti not seen before")
def check_not_replayed(presented: Presented) -> Presented:
    """``jti`` is there and is claimed once: a copied assertion authenticates nobody (RFC 7523 §3 (7))."""
    jti = presented.claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_LENGTH or not jti.isprintable():
        raise ClientAssertionRejected(f"jti: expected 1 to {MAX_JTI_LENGTH} characters, found {jti!r:.80}")
    if not presented.claim(jti, presented.claims["exp"] + presented.leeway):
        raise ClientAssertionRejected("jti: expected one not seen before, found one already used")
    return presented


CHECKS: Final = (
    check_type,  # C1: it is readable and claims to be a client assertion
    check_signature,  # C2: the client said it
    check_client,  # C3: about itself
    check_audience,  # C4: to us
    check_times,  # C5: just now
    check_not_replayed,  # C6: last, because it writes: what is refused burns nothing
)


def _check_equal(name: str, found: object, expected: str) -> None:
    if not isinstance(found, str) or found != expected:
        raise ClientAssertionRejected(f"{name}: expected {expected!r}, found {found!r:.200}")


def _read_time(presented: Presented, name: str) -> int:
    found = presented.claims.get(name)
    if type(found) is not int or not 0 < found < 2**40:
        raise ClientAssertionRejected(f"{name}: expected an integer of seconds, found {found!r:.40}")
    return found

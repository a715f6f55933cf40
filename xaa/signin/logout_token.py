"""The checks that a logout token must pass before anybody is signed out (OpenID Connect Back-Channel Logout §2.6).

A logout token comes from the IdP's server, not from the person's browser: "this session of yours is over". Read
``CHECKS``: the order is the argument. The runner logs one verdict each, with what was expected and found.

``typ`` may be absent, or a plain ``JWT``: §2.4 recommends ``logout+jwt`` and does not demand it, and IdPs leave it
out. What keeps an ID Token from passing is then the event that only a logout token has, and the nonce that it must
not have. A JWT that says that it is something else is refused.

Deliberately does not: look for an unknown issuer's keys. ``iss`` is compared with the connections and nothing
else, so a stranger's token starts no request (RFC 8725 §3.10). No encrypted logout tokens.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db.models import Q

from xaa import jose, protocol
from xaa.checks import numbered
from xaa.signin.connections import Connection
from xaa.signin.identities import is_subject
from xaa.signin.presented import LAST_SECOND

TYPES: Final = (protocol.TYP_LOGOUT_TOKEN, "jwt")


class LogoutTokenRejected(Exception):
    """A check said no. The text says expected and found, is for the log alone, and holds no token."""


@dataclass(frozen=True)
class LogoutToken:
    """A logout token that passed every check. ``subject`` or ``sid`` may be "", not both."""

    issuer: str
    subject: str
    sid: str
    issued_at: int

    def covers(self) -> Q:
        """Which rows with ``issuer``, ``subject`` and ``sid`` end: of this session, or without a ``sid`` all hers.

        A sign-in whose ``sid`` the IdP never told cannot be told from the one that ended, so it ends too.
        """
        of_issuer = Q(issuer=self.issuer)
        if not self.sid:
            return of_issuer & Q(subject=self.subject)
        if not self.subject:
            return of_issuer & Q(sid=self.sid)
        return of_issuer & Q(subject=self.subject, sid__in=(self.sid, ""))


@dataclass(frozen=True)
class Presented:
    """A logout token on the desk, what it is checked with, and what the checks so far have established.

    ``find_connection`` raises ``LookupError``, ``verify_signature`` a ``JoseError`` when the token is at fault;
    ``claim`` says whether this call is the first with (issuer, ``jti``), kept until the given second.
    """

    token: str = field(repr=False)
    find_connection: Callable[[str], Connection]
    verify_signature: Callable[[str, Connection], jose.Verified]
    claim: Callable[[str, str, float], bool]
    now: float
    leeway: int
    unverified_claims: Mapping[str, Any] = field(default_factory=dict)  # L1 finds these
    connection: Connection | None = None  # L2
    header: Mapping[str, Any] = field(default_factory=dict)  # L3, and facts from here on
    claims: Mapping[str, Any] = field(default_factory=dict)

    def accept(self) -> LogoutToken:
        claims = self.claims
        return LogoutToken(
            issuer=str(claims["iss"]),
            subject=str(claims.get("sub", "")),
            sid=str(claims.get("sid", "")),
            issued_at=int(claims["iat"]),
        )


@numbered("L1", "It is one signed JWT")
def check_form(presented: Presented) -> Presented:
    try:
        return replace(presented, unverified_claims=jose.peek(presented.token).unverified_claims)
    except jose.JoseError as error:
        raise LogoutTokenRejected(str(error)) from error


@numbered("L2", "iss is the IdP of a connection")
def check_issuer(presented: Presented) -> Presented:
    """Byte for byte one that we configured; it says whose keys to take, and is a fact only after L3."""
    issuer = presented.unverified_claims.get("iss")
    try:
        if not isinstance(issuer, str):
            raise LookupError(issuer)
        connection = presented.find_connection(issuer)
    except LookupError as error:
        raise LogoutTokenRejected(f"expected iss to be a connection's issuer, found {issuer!r:.200}") from error
    return replace(presented, connection=connection)


@numbered("L3", "Its signature is that IdP's")
def check_signature(presented: Presented) -> Presented:
    """With a published key, by an algorithm allowed to the connection; never ``none``, never HMAC (§2.6)."""
    try:
        verified = presented.verify_signature(presented.token, _connection(presented))
    except jose.JoseError as error:
        raise LogoutTokenRejected(str(error)) from error
    return replace(presented, header=verified.header, claims=verified.claims)


@numbered("L4", "typ is logout+jwt, JWT or absent")
def check_type(presented: Presented) -> Presented:
    """Not another kind of JWT by the same IdP, such as an ID-JAG (RFC 8725 §3.11)."""
    typ = presented.header.get("typ", TYPES[0])
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in TYPES:
        raise LogoutTokenRejected(f"expected typ {protocol.TYP_LOGOUT_TOKEN!r}, found {typ!r:.80}")
    return presented


@numbered("L5", "aud is this app alone")
def check_audience(presented: Presented) -> Presented:
    """A logout token for another app of the enterprise says nothing about sessions here."""
    expected, aud = _connection(presented).client_id, presented.claims.get("aud")
    found = aud if isinstance(aud, list) else [aud]
    if not found or any(audience != expected for audience in found):
        raise LogoutTokenRejected(f"expected aud {expected!r} alone, found {aud!r:.200}")
    return presented


@numbered("L6", "It was issued by now and has not expired")
def check_times(presented: Presented) -> Presented:
    """An old one must not end tomorrow's session: it may sit in somebody's log (§2.4 ``iat``, ``exp``)."""
    issued_at, expires_at = _seconds(presented, "iat"), _seconds(presented, "exp")
    if presented.now >= expires_at + presented.leeway:
        raise LogoutTokenRejected(f"expired {presented.now - expires_at:.0f} s ago")
    if issued_at > presented.now + presented.leeway:
        raise LogoutTokenRejected(f"issued {issued_at - presented.now:.0f} s in the future")
    return presented


@numbered("L7", "It names a person, a session, or both")
def check_subject(presented: Presented) -> Presented:
    """Without either it would mean everybody, or nobody (§2.4 ``sub``, ``sid``)."""
    named = {name: presented.claims[name] for name in ("sub", "sid") if name in presented.claims}
    if not named or not all(isinstance(value, str) and is_subject(value) for value in named.values()):
        raise LogoutTokenRejected("expected sub, sid or both, of 1 to 255 printable ASCII characters")
    return presented


@numbered("L8", "Its event is a logout")
def check_event(presented: Presented) -> Presented:
    """What makes a JWT of this IdP a logout token, and no other security event (§2.4 ``events``)."""
    events = presented.claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(protocol.EVENT_LOGOUT), dict):
        raise LogoutTokenRejected(f"expected events to have an object {protocol.EVENT_LOGOUT!r}")
    return presented


@numbered("L9", "It has no nonce")
def check_no_nonce(presented: Presented) -> Presented:
    """So that it can never pass as an ID Token, nor an ID Token as a logout token (§2.4)."""
    if "nonce" in presented.claims:
        raise LogoutTokenRejected("expected no nonce, found one")
    return presented


@numbered("L10", "It is used for the first time")
def check_not_replayed(presented: Presented) -> Presented:
    """``jti`` is claimed in one statement, so that a copy ends no session that began since (§2.6)."""
    jti = presented.claims.get("jti")
    if not isinstance(jti, str) or not is_subject(jti):
        raise LogoutTokenRejected("expected jti to be 1 to 255 printable ASCII characters")
    keep_until = min(_seconds(presented, "exp") + presented.leeway, LAST_SECOND)
    if not presented.claim(_connection(presented).issuer, jti, keep_until):
        raise LogoutTokenRejected("expected a new jti, found one that was used before")
    return presented


# L1 and L2 only find the keys. The signature comes before everything that is said, for before it every claim is a
# rumour; then what kind of statement this is, for whom, and whether it is of now. What it says follows, in the
# order of §2.6. The jti is claimed last, so that a refused token burns nothing.
STATEMENT: Final = (
    check_form,
    check_issuer,
    check_signature,
    check_type,
    check_audience,
    check_times,
    check_subject,
    check_event,
    check_no_nonce,
)
CHECKS: Final = (*STATEMENT, check_not_replayed)


def _connection(presented: Presented) -> Connection:
    if presented.connection is None:
        raise LogoutTokenRejected("expected check_issuer to run first")
    return presented.connection


def _seconds(presented: Presented, name: str) -> float:
    """A NumericDate (RFC 7519 §2). JSON's true is a number to Python, and 1e999 is one to no calendar."""
    value = presented.claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_SECOND:
        raise LogoutTokenRejected(f"expected {name} to be a number of seconds, found {value!r:.40}")
    return value

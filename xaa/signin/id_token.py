"""The checks that an ID Token must pass before it says who somebody is (OpenID Connect Core §3.1.3.7).

Read ``CHECKS``: the order is the argument. Every check raises ``IdTokenRejected`` naming itself; what it
expected and found goes to the log, never to the page.

Deliberately does not: take a key, an issuer or an algorithm from the token (the connection names all three),
accept a second audience (none is trusted here), or check ``at_hash`` and ``c_hash``: the code came back bound
to this browser by state, nonce and PKCE, and the access token is used for nothing but UserInfo, whose ``sub``
is compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.crypto import constant_time_compare

from xaa import jose, protocol
from xaa.signin.connections import Connection
from xaa.signin.identities import is_subject

LAST_SECOND: Final = 253402300799
"""The end of the year 9999, after which Python's calendar and this package's patience end."""


class IdTokenRejected(Exception):
    """``check`` failed because of ``reason``, which says expected and found and holds no token."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"{check}: {reason}")
        self.check = check
        self.reason = reason


@dataclass(frozen=True)
class Presented:
    """An ID Token and all that it is checked against. Its claims are facts only after ``check_signature``."""

    token: str = field(repr=False)
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    connection: Connection
    verify_signature: Callable[[str], jose.Verified]
    nonce: str = field(repr=False)
    max_age: int | None
    acr_values: str
    now: float
    leeway: int


@dataclass(frozen=True)
class IdToken:
    """An ID Token that passed every check: what the IdP says about the person in front of this browser."""

    issuer: str
    subject: str
    sid: str
    expires_at: int
    session_expires_at: int | None
    claims: Mapping[str, Any]


def check_signature(presented: Presented) -> None:
    """Signed with a key that this connection's IdP publishes, by an algorithm allowed to it (rule 6)."""
    try:
        presented.verify_signature(presented.token)
    except jose.JoseError as error:
        raise IdTokenRejected("signature", str(error)) from error


def check_type(presented: Presented) -> None:
    """Not another kind of JWT by the same IdP, such as an ID-JAG or an access token (RFC 8725 §3.11)."""
    typ = presented.header.get("typ", protocol.TYP_ID_TOKEN)
    if not isinstance(typ, str) or typ.upper() != protocol.TYP_ID_TOKEN:
        raise IdTokenRejected("type", f"expected typ {protocol.TYP_ID_TOKEN!r} or none, found {typ!r:.80}")


def check_issuer(presented: Presented) -> None:
    """Issued by the IdP of this connection, byte for byte (rule 2)."""
    expected, found = presented.connection.issuer, presented.claims.get("iss")
    if found != expected:
        raise IdTokenRejected("issuer", f"expected iss {expected!r}, found {found!r:.200}")


def check_tenant(presented: Presented) -> None:
    """About somebody of the company that this connection is for (OpenID Connect Enterprise Extensions).

    Absent where the issuer serves one company. Where it serves several, ``sub`` alone may be two people.
    """
    expected, found = presented.connection.tenant, presented.claims.get("tenant")
    if ("tenant" in presented.claims) is not bool(expected) or (expected and found != expected):
        raise IdTokenRejected("tenant", f"expected tenant {expected or 'to be absent'!r}, found {found!r:.80}")


def check_audience(presented: Presented) -> None:
    """Made for this client and for nobody else: a token for another app is no sign-in to ours (rule 3)."""
    expected, aud = presented.connection.client_id, presented.claims.get("aud")
    found = aud if isinstance(aud, list) else [aud]
    if not found or any(audience != expected for audience in found):
        raise IdTokenRejected("audience", f"expected aud {expected!r} alone, found {aud!r:.200}")


def check_authorized_party(presented: Presented) -> None:
    """If the token names the client that it was issued to, that is us (rules 4 and 5)."""
    expected = presented.connection.client_id
    if presented.claims.get("azp", expected) != expected:
        raise IdTokenRejected(
            "authorized_party", f"expected azp {expected!r} or none, found {presented.claims['azp']!r:.200}"
        )


def check_times(presented: Presented) -> None:
    """Issued by now, not expired, and old enough if it says so (rules 9 and 10; RFC 7519 §4.1.5)."""
    now, leeway = presented.now, presented.leeway
    expires_at, issued_at = _seconds(presented, "exp"), _seconds(presented, "iat")
    if now >= expires_at + leeway:
        raise IdTokenRejected("times", f"expired {now - expires_at:.0f} s ago")
    not_before = _seconds(presented, "nbf") if "nbf" in presented.claims else issued_at
    if max(issued_at, not_before) > now + leeway:
        raise IdTokenRejected("times", f"begins {max(issued_at, not_before) - now:.0f} s in the future")


def check_nonce(presented: Presented) -> None:
    """Made for this very attempt of this browser: stops a stolen ID Token or code being planted (rule 11)."""
    nonce = presented.claims.get("nonce")
    if not isinstance(nonce, str) or not constant_time_compare(nonce, presented.nonce):
        raise IdTokenRejected("nonce", "expected the nonce of this sign-in")


def check_freshness(presented: Presented) -> None:
    """If a sign-in no older than ``max_age`` was asked for, the IdP says when it was, and it is (rule 13)."""
    if presented.max_age is None:
        return
    age = presented.now - _seconds(presented, "auth_time", check="freshness")
    if age > presented.max_age + presented.leeway:
        raise IdTokenRejected(
            "freshness", f"expected a sign-in of at most {presented.max_age} s, found {age:.0f} s"
        )


def check_context(presented: Presented) -> None:
    """If a way of signing in was asked for, the IdP says that it was one of those (rule 12)."""
    wanted, acr = presented.acr_values.split(), presented.claims.get("acr")
    if wanted and acr not in wanted:
        raise IdTokenRejected("context", f"expected acr to be of {wanted!r:.200}, found {acr!r:.80}")


def check_subject(presented: Presented) -> None:
    """Names the person: the half of our user key that the IdP gives (OpenID Connect Core §2, §5.7)."""
    subject = presented.claims.get("sub")
    if not isinstance(subject, str) or not is_subject(subject):
        raise IdTokenRejected("subject", "expected sub to be 1 to 255 printable ASCII characters")


def check_session_expiry(presented: Presented) -> None:
    """If the IdP limits our session (OpenID Connect Enterprise Extensions), there is some of it left."""
    if (
        "session_expiry" in presented.claims
        and _seconds(presented, "session_expiry", check="session_expiry") <= presented.now
    ):
        raise IdTokenRejected("session_expiry", "expected a session_expiry in the future")


# The signature first: before it, every claim is a rumour. Then what kind of statement this is, who made it
# and for whom: a token that was never ours must not be told that it is merely late. Then whether it is of now
# and of this attempt. Last what we keep of it.
CHECKS: Final = (
    check_signature,
    check_type,
    check_issuer,
    check_tenant,
    check_audience,
    check_authorized_party,
    check_times,
    check_nonce,
    check_freshness,
    check_context,
    check_subject,
    check_session_expiry,
)


def verify_id_token(
    token: str,
    *,
    connection: Connection,
    verify_signature: Callable[[str], jose.Verified],
    nonce: str,
    max_age: int | None,
    acr_values: str,
    now: float,
    leeway: int,
) -> IdToken:
    """Run all of ``CHECKS``. ``verify_signature`` raises ``JoseError`` when the token is at fault."""
    try:
        peeked = jose.peek(token)
    except jose.JoseError as error:
        raise IdTokenRejected("form", str(error)) from error
    presented = Presented(
        token=token,
        header=peeked.unverified_header,
        claims=peeked.unverified_claims,
        connection=connection,
        verify_signature=verify_signature,
        nonce=nonce,
        max_age=max_age,
        acr_values=acr_values,
        now=now,
        leeway=leeway,
    )
    for check in CHECKS:
        check(presented)
    return _accept(presented)


def _accept(presented: Presented) -> IdToken:
    claims = presented.claims
    sid, session_expiry = claims.get("sid", ""), claims.get("session_expiry")
    return IdToken(
        issuer=claims["iss"],
        subject=claims["sub"],
        sid=sid if isinstance(sid, str) else "",
        expires_at=int(claims["exp"]),
        session_expires_at=None if session_expiry is None else int(session_expiry),
        claims=claims,
    )


def _seconds(presented: Presented, name: str, *, check: str = "times") -> float:
    """A NumericDate (RFC 7519 §2). JSON's true is a number to Python, and 1e999 is one to no calendar."""
    value = presented.claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_SECOND:
        raise IdTokenRejected(check, f"expected {name} to be a number of seconds, found {value!r:.40}")
    return value

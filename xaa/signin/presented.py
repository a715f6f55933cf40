"""What is known of an ID Token while it is checked, and what it is when every check has passed.

Deliberately does not: read a claim before the signature holds. Until then there are none here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xaa import jose
from xaa.signin.connections import Connection

LAST_SECOND: Final = 253402300799
"""The end of the year 9999, after which Python's calendar and this package's patience end."""


class IdTokenRejected(Exception):
    """A check said no. The text says expected and found, is for the log alone, and holds no token."""


@dataclass(frozen=True)
class IdToken:
    """An ID Token that passed every check: what the IdP says about the person in front of this browser."""

    issuer: str
    subject: str
    sid: str
    expires_at: int
    session_expires_at: int | None
    claims: Mapping[str, Any]


@dataclass(frozen=True)
class Presented:
    """An ID Token and all that it is checked against. ``verify_signature`` raises ``JoseError``."""

    token: str = field(repr=False)
    connection: Connection
    verify_signature: Callable[[str], jose.Verified]
    nonce: str = field(repr=False)
    max_age: int | None
    acr_values: str
    now: float
    leeway: int
    header: Mapping[str, Any] = field(default_factory=dict)  # S2 finds these, and they are facts from here on
    claims: Mapping[str, Any] = field(default_factory=dict)

    def read_seconds(self, name: str) -> float:
        """A NumericDate (RFC 7519 §2). JSON's true is a number to Python, and 1e999 is one to no calendar."""
        value = self.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_SECOND:
            raise IdTokenRejected(f"expected {name} to be a number of seconds, found {value!r:.40}")
        return value

    def accept(self) -> IdToken:
        claims = self.claims
        sid, session_expiry = claims.get("sid", ""), claims.get("session_expiry")
        return IdToken(
            issuer=claims["iss"],
            subject=claims["sub"],
            sid=sid if isinstance(sid, str) else "",
            expires_at=int(claims["exp"]),
            session_expires_at=None if session_expiry is None else int(session_expiry),
            claims=claims,
        )

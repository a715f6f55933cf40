"""DPoP (RFC 9449): show with every request that you hold the key which a token is bound to.

In the flow the client may send a proof on all three legs. The IdP writes the key's thumbprint into the ID-JAG
(``cnf.jkt``), the resource authorization server into its access token, and the API compares: whoever copied a
token has a token and no key (ID-JAG §9.8).

A proof is a JWT of one request: signed by the key that its own header brings along, made out to one method and
one URL, at one moment, used once.

Deliberately does not: demand a nonce (RFC 9449 §8, optional: our clocks are compared instead), or remember what
was used. That needs a database, so the verifier passes a ``claim``. No mutual TLS, the other way to bind.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

from xaa import jose
from xaa.errors import XaaError

ALGORITHMS: Final = ("ES256", "PS256", "RS256")
"""What a proof may be signed with: all asymmetric (RFC 9449 §4.3 (5)). Servers publish this list."""
WINDOW: Final = 60
"""Seconds, before and after now, in which a proof's ``iat`` must lie."""
MAX_JTI_LENGTH: Final = 255
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class DpopError(XaaError, ValueError):
    """A proof that proves nothing. ``reason`` says expected and found, and never holds a token or the proof."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Proof:
    """A proof that holds: the request's sender has the private key of thumbprint ``jkt``."""

    jkt: str
    jti: str
    htu: str
    iat: int

    @property
    def digest(self) -> str:
        """What a verifier remembers of a used proof: SHA-256 over key, target and serial number."""
        return hashlib.sha256(json.dumps([self.jkt, self.htu, self.jti]).encode()).hexdigest()


def remember_nothing(proof: Proof) -> bool:
    """The ``claim`` of a verifier that looks for repeats later: every proof counts as new."""
    return True


def build_proof(
    key: jose.SigningKey, *, method: str, url: str, now: float, access_token: str = "", nonce: str = ""
) -> str:
    """A proof for one request (RFC 9449 §4.2); with ``access_token`` when the request carries one (§7.1)."""
    claims = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": _without_query(url),
        "iat": int(now),
        "ath": _hash(access_token) if access_token else "",
        "nonce": nonce,
    }
    return jose.sign_proof({name: value for name, value in claims.items() if value != ""}, key=key)


def read_headers(field: str | None) -> tuple[str, ...]:
    """The values of a header that the web server joined with commas (RFC 9110 §5.3); a proof holds none.

    ``None`` is no header. An empty one is a proof that proves nothing (some servers make one of bytes they cannot
    read): taken for none, it would leave a client with an unbound token that it believes to be bound.
    """
    return () if field is None else tuple(value.strip() for value in field.split(","))


def check_proof(
    headers: Sequence[str],
    *,
    method: str,
    url: str,
    now: float,
    access_token: str = "",
    window: int = WINDOW,
    claim: Callable[[Proof], bool] = remember_nothing,
) -> Proof:
    """The rules of RFC 9449 §4.3, in this order; ``DpopError`` names the first that does not hold.

    ``url`` is the public address as this server's configuration has it, since behind a proxy the request itself
    does not know. ``claim`` answers whether it sees a proof for the first time (§11.1) and comes last, because it
    writes.
    """
    if len(headers) != 1:
        raise DpopError(f"Expected one DPoP header, found {len(headers)}.")
    try:
        verified, jkt = jose.verify_proof(headers[0], algorithms=ALGORITHMS)
    except jose.JoseError as error:
        raise DpopError(f"DPoP proof: {error}") from error
    claims = verified.claims
    _check_equal("htm", claims.get("htm"), method)
    htu = _check_target(claims.get("htu"), url)
    issued_at = _check_moment(claims.get("iat"), now=now, window=window)
    jti = _check_serial_number(claims.get("jti"))
    if access_token:
        _check_equal("ath", claims.get("ath"), _hash(access_token))
    proof = Proof(jkt=jkt, jti=jti, htu=htu, iat=issued_at)
    if not claim(proof):
        raise DpopError("jti: expected a proof not seen before, found one already used")
    return proof


def read_bound_key(claims: Mapping[str, Any]) -> str:
    """The thumbprint in ``cnf.jkt``; empty when ``cnf`` is absent or names no such key.

    Whoever finds ``cnf`` and gets nothing here must refuse: the token is bound by a means we do not understand
    (RFC 7800 §3.1).
    """
    confirmation = claims.get("cnf")
    jkt = confirmation.get("jkt") if isinstance(confirmation, dict) else None
    return jkt if isinstance(jkt, str) else ""


def _check_target(found: object, url: str) -> str:
    """``htu`` is this address: normalised as RFC 3986 §6.2.2 and §6.2.3 say, without query and fragment.

    But for dot segments, which stay: no address of an endpoint has any, so a proof that does is not for one.
    """
    expected = normalise(url)
    try:
        if isinstance(found, str) and normalise(found) == expected:
            return expected
    except ValueError:
        pass  # no URL at all, so not ours
    raise DpopError(f"htu: expected {expected!r}, found {found!r:.200}")


def _check_moment(found: object, *, now: float, window: int) -> int:
    if type(found) is not int or not now - window <= found <= now + window:  # 10**400 fits no float
        raise DpopError(f"iat: expected a time within {window} s of {now:.0f}, found {found!r:.40}")
    return found


def _check_serial_number(found: object) -> str:
    if not isinstance(found, str) or not 0 < len(found) <= MAX_JTI_LENGTH:
        raise DpopError(f"jti: expected 1 to {MAX_JTI_LENGTH} characters, found {found!r:.80}")
    return found


def _check_equal(name: str, found: object, expected: str) -> None:
    if not isinstance(found, str) or found != expected:
        raise DpopError(f"{name}: expected {expected!r}, found {found!r:.80}")


def normalise(url: str) -> str:
    """Scheme and host in lower case, no default port, one spelling of each escape; no query, no fragment."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not the URL of an endpoint")
    port = f":{parts.port}" if parts.port not in (None, _DEFAULT_PORTS[parts.scheme]) else ""
    path = "/".join(quote(unquote_to_bytes(segment), safe="!$&'()*+,;=:@") for segment in parts.path.split("/"))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{path or '/'}"


def _without_query(url: str) -> str:
    parts: SplitResult = urlsplit(url)
    return parts._replace(query="", fragment="").geturl()


def _hash(access_token: str) -> str:
    """``ath``: SHA-256 of the access token (RFC 9449 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()).rstrip(b"=").decode()

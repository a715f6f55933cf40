"""Client assertions, good by default; and the ways to be wrong that every server must refuse, one change each.

Both servers are tried with the same list, since ``xaa.client_assertion`` serves both (RFC 7523 §3).
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any, Final

from tests.builders import REMOVED
from xaa import jose, protocol

CLIENT_KEY: Final = jose.generate_signing_key("ES256")
OTHER_CLIENTS_KEY: Final = jose.generate_signing_key("ES256")
OTHER_KEY_UNDER_OUR_KID: Final = jose.SigningKey(CLIENT_KEY.kid, "ES256", OTHER_CLIENTS_KEY.private_key)
KEYS: Final = {"keys": [jose.public_jwk(CLIENT_KEY)]}

# What differs, for ``build_assertion``; the names are for people who read a test's output.
WRONG: Final[dict[str, dict[str, Any]]] = {
    "other client's key": {"key": OTHER_CLIENTS_KEY},
    "other client's key under our kid": {"key": OTHER_KEY_UNDER_OUR_KID},
    "HS256 with the public key": {"hmac_secret": json.dumps(KEYS["keys"][0]).encode()},
    "alg none": {"hmac_secret": None},
    "typ of an ID-JAG": {"typ": protocol.TYP_ID_JAG},
    "typ of an access token": {"typ": protocol.TYP_ACCESS_TOKEN},
    "iss is somebody else": {"iss": "somebody-else"},
    "sub is somebody else": {"sub": "somebody-else"},
    "no iss": {"iss": REMOVED},
    "no sub": {"sub": REMOVED},
    "sub is no string": {"sub": 7},
    "no aud": {"aud": REMOVED},
    "aud is the token endpoint": {"aud_suffix": "/token"},
    "aud is the issuer with a slash": {"aud_suffix": "/"},
    "aud has a second value": {"second_aud": "https://other.example"},
    "aud is another server": {"aud": "https://other.example"},
    "no exp": {"exp": REMOVED},
    "exp is text": {"exp": "soon"},
    "expired": {"age": 3600},
    "exp too far ahead": {"lifetime": 3600},
    "from the future": {"iat_in": 600},
    "not yet valid": {"nbf_in": 600},
    "no jti": {"jti": REMOVED},
    "empty jti": {"jti": ""},
    "jti is no string": {"jti": 7},
    "jti without end": {"jti": "x" * 256},
}  # fmt: skip
GARBLED: Final = ("x", "a.b.c", "e30.e30.e30", "....", "é.é.é", "x" * 20_000)


def build_assertion(
    *,
    client_id: str,
    audience: str,
    key: jose.SigningKey = CLIENT_KEY,
    typ: str = protocol.TYP_CLIENT_ASSERTION,
    age: int = 0,
    lifetime: int = 60,
    **override: Any,
) -> str:
    """A client assertion of ``client_id`` for ``audience``; ``REMOVED`` takes a claim away."""
    issued_at = int(time.time()) - age
    claims: dict[str, Any] = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience + override.pop("aud_suffix", ""),
        "jti": secrets.token_urlsafe(16),
        "iat": issued_at + override.pop("iat_in", 0),
        "exp": issued_at + lifetime,
    }
    if "nbf_in" in override:
        claims["nbf"] = issued_at + override.pop("nbf_in")
    if "second_aud" in override:
        claims["aud"] = [audience, override.pop("second_aud")]
    unsigned = "hmac_secret" in override
    hmac_secret = override.pop("hmac_secret", None)
    claims = {name: value for name, value in (claims | override).items() if value is not REMOVED}
    return _sign_by_hand(claims, hmac_secret) if unsigned else jose.sign(claims, key=key, typ=typ)


def form_of(assertion: str) -> dict[str, str]:
    """The two parameters of RFC 7521 §4.2."""
    return {"client_assertion_type": protocol.CLIENT_ASSERTION_TYPE, "client_assertion": assertion}


def _sign_by_hand(claims: dict[str, Any], secret: bytes | None) -> str:
    """What our own library refuses to make: an HMAC, or nothing."""
    header = {"alg": "HS256" if secret else "none", "kid": CLIENT_KEY.kid, "typ": protocol.TYP_CLIENT_ASSERTION}
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret else b""
    return f"{signed}.{_base64url(signature)}"


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

"""An ID-JAG altered by somebody without the IdP's key: unsigned, edited, or signed with a key of his own.

In the flow these are what a thief or a broken client could do to the token on its way; Todo0 has to notice.

Deliberately does not: hold a key. The one that F11 signs with is made for the occasion and thrown away.
"""

import base64
import json
from typing import Any

from xaa import jose


def strip_signature(token: str) -> str:
    """``alg: none``, and nothing after the last dot (RFC 7515 §A.5)."""
    _, payload, _ = token.split(".")
    return f"{_part({**jose.peek(token).unverified_header, 'alg': 'none'})}.{payload}."


def write_claims(token: str, **claims: Any) -> str:
    """With other claims, under the signature that the old ones had."""
    header, _, signature = token.split(".")
    return f"{header}.{_part({**jose.peek(token).unverified_claims, **claims})}.{signature}"


def sign_with_unknown_key(token: str) -> str:
    """The same claims, and a signature that fits; with a key that no issuer publishes."""
    peeked = jose.peek(token)
    key, typ = jose.generate_signing_key("ES256"), str(peeked.unverified_header["typ"])
    return jose.sign(peeked.unverified_claims, key=key, typ=typ)


def _part(content: dict[str, Any]) -> str:
    """As RFC 7515 §2 encodes it."""
    raw = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

"""A compact JWS taken apart (RFC 7515 §7.1), with not a word of it believed.

In the flow everybody who receives a JWT first peeks at it, to learn which configured key should verify it. What
is only peeked at is called ``unverified_...`` so that no reader takes it for a fact (RFC 8725 §3.3, §3.10).

Deliberately does not: verify, or read JSON as leniently as Python does. Of two equal member names another reader
may keep the other one.
"""

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from xaa.errors import XaaError

MAX_TOKEN_BYTES: Final = 16 * 1024
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")  # RFC 7515 §2: no padding, no line break, nothing else


class JoseError(XaaError, ValueError):
    """A JWT or key that cannot be used. The message says expected and found, and never holds the token."""


class MalformedToken(JoseError):
    """Not one compact-serialised JWS whose header and payload are JSON objects."""


@dataclass(frozen=True)
class Unverified:
    """A JWT that was only parsed. Use it to find the key, never to decide anything."""

    unverified_header: Mapping[str, Any]
    unverified_claims: Mapping[str, Any]


def peek(token: str) -> Unverified:
    """Parse a compact JWS without trusting a word of it.

    Refuses (``MalformedToken``): more than 16 KiB, anything but three base64url parts, headers or payloads that
    are no JSON object, duplicate member names (two readers could see two different claims, RFC 7519 §4), and
    any ``crit`` extension, since this package understands none (RFC 7515 §4.1.11).
    """
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise MalformedToken(
            f"Expected at most {MAX_TOKEN_BYTES} ASCII characters, found {len(token)} characters."
        )
    parts = token.split(".")
    if len(parts) != 3:
        raise MalformedToken(f"Expected a signed JWT of 3 parts, found {len(parts)} parts.")
    if not all(map(_BASE64URL.fullmatch, parts)):
        raise MalformedToken("Expected 3 parts in base64url without padding, found other characters.")
    header, claims = _read_object(parts[0], "header"), _read_object(parts[1], "payload")
    if "crit" in header:
        raise MalformedToken("crit: expected none, since no critical extension is understood here, found some.")
    if not isinstance(header.get("kid", ""), str):
        raise MalformedToken(f"kid: expected a string (RFC 7515 §4.1.4), found {type(header['kid']).__name__}.")
    return Unverified(header, claims)


def load_json(raw: str | bytes) -> Any:
    """JSON as all readers read it; ``ValueError`` for what others read otherwise or cannot store (RFC 8259 §4).

    Bytes are UTF-8 and nothing else (RFC 8259 §8.1): Python guesses at UTF-16 and UTF-32 as well.
    """
    text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")  # a byte order mark may be ignored there
    value = json.loads(
        text, object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant, parse_float=read_finite
    )
    json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate would break whoever stores it
    return value


def _read_object(segment: str, name: str) -> dict[str, Any]:
    try:
        value = load_json(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError) as error:
        raise MalformedToken(
            f"{name}: expected base64url-encoded JSON with unique member names, found none."
        ) from error
    if not isinstance(value, dict):
        raise MalformedToken(f"{name}: expected a JSON object, found {type(value).__name__}.")
    return value


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member name")
    return members


def read_finite(digits: str) -> float:
    """For ``json``: Python takes ``1e400`` for infinity, and would write it as ``Infinity``, which is no JSON."""
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits:.20} is more than a number holds")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

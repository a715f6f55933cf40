"""Sign, peek, verify: the only file that imports the JOSE library (PyJWT).

In the flow, the IdP signs ID Tokens and ID-JAGs with it, and everybody who receives a JWT first *peeks* at it
to learn which configured key should verify it, and then *verifies* it. What is only peeked at is called
``unverified_...`` so that no reader takes it for a fact (RFC 8725 §3.3, §3.10).

Deliberately does not: judge claims. ``iss``, ``aud`` and ``exp`` are rules of a protocol, so their checks stand
where that protocol is told (``xaa.jwt_bearer.id_jag``, ``xaa.signin.id_token``). No symmetric algorithm, no
``none``, no encryption (a five-part JWE is refused), no key from a token (``jwk``, ``jku``, ``x5c``, ``x5u``).
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from xaa.errors import XaaError

MAX_TOKEN_BYTES: Final = 16 * 1024
MIN_RSA_BITS: Final = 2048
KEY_TYPE_OF: Final = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA"}
"""Every algorithm this package can speak, with the key type it needs (RFC 8725 §3.1-3.2: none, and no HMAC)."""

_JWS = jwt.PyJWS(algorithms=list(KEY_TYPE_OF), options={"enforce_minimum_key_length": True})
_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}  # RFC 7638 §3.2


class JoseError(XaaError, ValueError):
    """A JWT or key that cannot be used. The message says expected and found, and never holds the token."""


class MalformedToken(JoseError):
    """Not one compact-serialised JWS whose header and payload are JSON objects."""


class DisallowedAlgorithm(JoseError):
    """The header names an algorithm that the configuration does not allow for this issuer."""


class UnknownKey(JoseError):
    """No configured key fits the header's ``kid`` and ``alg``."""


class BadSignature(JoseError):
    """The signature does not verify with the key that the configuration names."""


@dataclass(frozen=True)
class Unverified:
    """A JWT that was only parsed. Use it to find the key, never to decide anything."""

    unverified_header: Mapping[str, Any]
    unverified_claims: Mapping[str, Any]


@dataclass(frozen=True)
class Verified:
    """A JWT whose signature held. Its claims are the issuer's words, still to be checked one by one."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


@dataclass(frozen=True)
class SigningKey:
    """A private key, loaded once: parsing an RSA PEM costs tens of milliseconds, so no call takes PEM text."""

    kid: str
    alg: str
    private_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(repr=False)


@dataclass(frozen=True)
class VerificationKey:
    """A public key from a configured issuer's key set. ``alg`` is empty when the issuer did not pin one."""

    kid: str
    alg: str
    kty: str
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey = field(repr=False)

    def fits(self, alg: str) -> bool:
        """One key, one algorithm: ``kty`` and, where given, ``alg`` must match the header's (RFC 8725 §3.2)."""
        return self.kty == KEY_TYPE_OF[alg] and self.alg in ("", alg)


@dataclass(frozen=True)
class KeySet:
    """An issuer's published public keys (RFC 7517 §5)."""

    keys: tuple[VerificationKey, ...]

    @classmethod
    def from_jwks(cls, document: Mapping[str, Any]) -> "KeySet":
        """Read a JWK Set; keys we cannot use (other types, ``use=enc``, short RSA) are left out, not errors."""
        members = document.get("keys")
        if not isinstance(members, list):
            raise JoseError("A JWK Set must have an array member 'keys' (RFC 7517 §5.1).")
        return cls(tuple(key for key in map(_read_public_jwk, members) if key))

    def find(self, *, kid: str | None, alg: str) -> VerificationKey:
        """The key a header asks for: by ``kid``, or the only suitable one when the header has none."""
        suitable = [key for key in self.keys if key.fits(alg) and kid in (None, key.kid)]
        if len(suitable) != 1:
            raise UnknownKey(f"Expected exactly one {alg} key with kid {kid!r:.60}, found {len(suitable)}.")
        return suitable[0]


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
    header, claims = _read_object(parts[0], "header"), _read_object(parts[1], "payload")
    if "crit" in header:
        raise MalformedToken("The header has 'crit': no critical extension is understood here.")
    if not isinstance(header.get("kid", ""), str):
        raise MalformedToken("The header's 'kid' must be a string (RFC 7515 §4.1.4).")
    return Unverified(header, claims)


def check_algorithm(unverified_header: Mapping[str, Any], allowed: Sequence[str]) -> str:
    """The header's ``alg``, if the configuration allows it; the token never chooses its own (RFC 8725 §3.1)."""
    alg = unverified_header.get("alg")
    if not isinstance(alg, str) or alg not in allowed or alg not in KEY_TYPE_OF:
        raise DisallowedAlgorithm(f"Expected alg to be one of {', '.join(allowed)}, found {alg!r:.40}.")
    return alg


def verify(token: str, *, keys: KeySet, algorithms: Sequence[str]) -> Verified:
    """Verify the signature of ``token`` with one of ``keys``; says nothing about its claims."""
    peeked = peek(token)
    alg = check_algorithm(peeked.unverified_header, algorithms)
    key = keys.find(kid=peeked.unverified_header.get("kid"), alg=alg)
    try:
        _JWS.decode(token, key.public_key, algorithms=[alg])
    except jwt.PyJWTError as error:
        raise BadSignature(f"The signature does not verify with key {key.kid!r:.60} ({alg}).") from error
    return Verified(peeked.unverified_header, peeked.unverified_claims)


def sign(claims: Mapping[str, Any], *, key: SigningKey, typ: str) -> str:
    """A compact JWS whose header carries ``alg``, ``kid`` and the ``typ`` that says what kind of JWT it is."""
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return _JWS.encode(payload, key.private_key, algorithm=key.alg, headers={"kid": key.kid, "typ": typ})


def generate_signing_key(alg: str) -> SigningKey:
    """A new private key for ``alg``; its ``kid`` is its RFC 7638 thumbprint, so two keys never share one."""
    if KEY_TYPE_OF[alg] == "EC":
        private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = ec.generate_private_key(ec.SECP256R1())
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=MIN_RSA_BITS)
    return SigningKey(_thumbprint(private), alg, private)


def load_signing_key(pem: str, *, alg: str, kid: str) -> SigningKey:
    """Parse a PKCS#8 PEM. Do it once and keep the object."""
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    expected = ec.EllipticCurvePrivateKey if KEY_TYPE_OF[alg] == "EC" else rsa.RSAPrivateKey
    if not isinstance(private, expected):
        raise JoseError(f"Expected a private key for {alg}, found {type(private).__name__}.")
    return SigningKey(kid, alg, private)


def dump_private_pem(key: SigningKey) -> str:
    """PKCS#8 PEM, unencrypted: the caller stores it encrypted, or in a file only it can read."""
    encoding, layout = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_key.private_bytes(encoding, layout, serialization.NoEncryption()).decode()


def public_jwk(key: SigningKey) -> dict[str, Any]:
    """What the issuer publishes of ``key``: public members, ``kid``, ``use`` and ``alg`` (RFC 7517 §4)."""
    return _public_members(key.private_key) | {"kid": key.kid, "use": "sig", "alg": key.alg}


def _public_members(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> dict[str, Any]:
    if isinstance(private, ec.EllipticCurvePrivateKey):
        members = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        members = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: members[name] for name in _THUMBPRINT_MEMBERS[members["kty"]]}


def _thumbprint(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    canonical = json.dumps(_public_members(private), separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()


def _read_public_jwk(member: object) -> VerificationKey | None:
    if not isinstance(member, dict) or member.get("use", "sig") != "sig":
        return None
    kid, alg, kty = (str(member.get(name, "")) for name in ("kid", "alg", "kty"))
    # Only the public members are read: a private key published by mistake is not our key to use.
    public = {name: member.get(name) for name in _THUMBPRINT_MEMBERS.get(kty, ())}
    try:
        key = ECAlgorithm.from_jwk(public) if kty == "EC" else RSAAlgorithm.from_jwk(public)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return VerificationKey(kid, alg, kty, key)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return VerificationKey(kid, alg, kty, key)
    return None


def _read_object(segment: str, name: str) -> dict[str, Any]:
    try:
        raw = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
        value = json.loads(raw, object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate would break whoever stores it
    except (binascii.Error, ValueError, RecursionError) as error:
        raise MalformedToken(f"The {name} is not base64url-encoded JSON with unique member names.") from error
    if not isinstance(value, dict):
        raise MalformedToken(f"The {name} must be a JSON object, found {type(value).__name__}.")
    return value


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member name")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

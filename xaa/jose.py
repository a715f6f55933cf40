"""Sign, peek, verify: the only file that imports the JOSE library (PyJWT).

In the flow, the IdP signs ID Tokens and ID-JAGs with it, and everybody who receives a JWT first *peeks* at it
(``xaa.compact``) to learn which configured key should verify it, and then *verifies* it.

Deliberately does not: judge claims. ``iss``, ``aud`` and ``exp`` are rules of a protocol, so their checks stand
where that protocol is told (``xaa.jwt_bearer.id_jag``, ``xaa.signin.id_token``). No symmetric algorithm, no
``none``, no encryption (a five-part JWE is refused), no key from a token (``jwk``, ``jku``, ``x5c``, ``x5u``) but
that of a DPoP proof, which says nothing except that its sender holds this very key (``verify_proof``).
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from xaa import protocol
from xaa.compact import MAX_TOKEN_BYTES, JoseError, MalformedToken, Unverified, peek

__all__ = [
    "KEY_TYPE_OF", "MAX_TOKEN_BYTES", "BadSignature", "DisallowedAlgorithm", "JoseError", "KeySet",
    "MalformedToken", "SigningKey", "UnknownKey", "Unverified", "VerificationKey", "Verified", "check_algorithm",
    "dump_private_pem", "generate_signing_key", "load_signing_key", "peek", "public_jwk", "sign", "sign_proof",
    "thumbprint", "verify", "verify_proof",
]  # fmt: skip

MIN_RSA_BITS: Final = 2048
KEY_TYPE_OF: Final = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA"}
"""Every algorithm this package can speak, with the key type it needs (RFC 8725 §3.1-3.2: none, and no HMAC)."""

_JWS = jwt.PyJWS(algorithms=list(KEY_TYPE_OF), options={"enforce_minimum_key_length": True})
_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}  # RFC 7638 §3.2
SECRET_MEMBERS: Final = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}  # RFC 7518 §6

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class DisallowedAlgorithm(JoseError):
    """The header names an algorithm that the configuration does not allow for this issuer."""


class UnknownKey(JoseError):
    """No configured key fits the header's ``kid`` and ``alg``."""


class BadSignature(JoseError):
    """The signature does not verify with the key that the configuration names."""


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
    public_key: PublicKey = field(repr=False)

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
    return _verify_with(key, token, alg)


def verify_proof(proof: str, *, algorithms: Sequence[str]) -> tuple[Verified, str]:
    """Verify a DPoP proof with the public key in its own header, and name that key by its RFC 7638 thumbprint.

    For proofs only, so ``typ`` is looked at here: any other JWT that brought its own key would vouch for itself
    (RFC 9449 §4.3). The key gets its meaning from whoever bound something to it before.
    """
    header = peek(proof).unverified_header
    if header.get("typ") != protocol.TYP_DPOP_PROOF:
        raise MalformedToken(f"Expected typ {protocol.TYP_DPOP_PROOF!r}, found {header.get('typ')!r:.40}.")
    alg, jwk = check_algorithm(header, algorithms), header.get("jwk")
    if not isinstance(jwk, dict) or SECRET_MEMBERS & jwk.keys():
        raise MalformedToken("Expected a header 'jwk' with the public members of a key, and no others.")
    key = _read_public_jwk(jwk)
    if key is None or not key.fits(alg):
        raise UnknownKey(f"Expected a header 'jwk' with a key for {alg}.")
    return _verify_with(key, proof, alg), _thumbprint(key.public_key)


def sign(claims: Mapping[str, Any], *, key: SigningKey, typ: str) -> str:
    """A compact JWS whose header carries ``alg``, ``kid`` and the ``typ`` that says what kind of JWT it is."""
    return _encode(claims, key, {"kid": key.kid, "typ": typ})


def sign_proof(claims: Mapping[str, Any], *, key: SigningKey) -> str:
    """A DPoP proof (RFC 9449 §4.2): its header brings the public key along."""
    jwk = _public_members(key.private_key.public_key())
    return _encode(claims, key, {"typ": protocol.TYP_DPOP_PROOF, "jwk": jwk})


def thumbprint(key: SigningKey) -> str:
    """The RFC 7638 thumbprint of the public half: the ``jkt`` that a token is bound to."""
    return _thumbprint(key.private_key.public_key())


def generate_signing_key(alg: str) -> SigningKey:
    """A new private key for ``alg``; its ``kid`` is its RFC 7638 thumbprint, so two keys never share one."""
    if KEY_TYPE_OF[alg] == "EC":
        private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = ec.generate_private_key(ec.SECP256R1())
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=MIN_RSA_BITS)
    return SigningKey(_thumbprint(private.public_key()), alg, private)


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
    return _public_members(key.private_key.public_key()) | {"kid": key.kid, "use": "sig", "alg": key.alg}


def _encode(claims: Mapping[str, Any], key: SigningKey, headers: dict[str, Any]) -> str:
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return _JWS.encode(payload, key.private_key, algorithm=key.alg, headers=headers)


def _verify_with(key: VerificationKey, token: str, alg: str) -> Verified:
    try:
        _JWS.decode(token, key.public_key, algorithms=[alg])
    except jwt.PyJWTError as error:
        raise BadSignature(
            f"Expected a signature by key {key.kid!r:.60} ({alg}), found one that does not verify."
        ) from error
    peeked = peek(token)
    return Verified(peeked.unverified_header, peeked.unverified_claims)


def _public_members(public: PublicKey) -> dict[str, Any]:
    if isinstance(public, ec.EllipticCurvePublicKey):
        members = ECAlgorithm.to_jwk(public, as_dict=True)
    else:
        members = RSAAlgorithm.to_jwk(public, as_dict=True)
    return {name: members[name] for name in _THUMBPRINT_MEMBERS[members["kty"]]}


def _thumbprint(public: PublicKey) -> str:
    canonical = json.dumps(_public_members(public), separators=(",", ":"), sort_keys=True).encode()
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

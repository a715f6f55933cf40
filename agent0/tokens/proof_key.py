"""The key that Agent0's tokens are bound to when ``AGENT0_DPOP`` is on (RFC 9449): one per installation.

In the flow every leg then carries a proof of this key, and a token copied from Agent0's database, from a log or on
its way opens nothing without it.

It is derived from the key that seals the tokens (HKDF, RFC 5869), so that all processes have the same one without
storing it. A new first ``AGENT0_TOKEN_KEY`` is a new proof key: the cached tokens are refused once and renewed.

Deliberately does not: give each person or device a key. DEMO ONLY: whoever has the environment has the proof key
and the tokens; a product keeps the proof key where it can be used and not read (KMS, HSM).
"""

from functools import cache
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from xaa.jose import SigningKey

P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def load_proof_key() -> SigningKey | None:
    """The installation's key, or none where DPoP is off."""
    return _derive(settings.TOKEN_KEYS[0]) if settings.DPOP else None


@cache
def _derive(token_key: str) -> SigningKey:
    """48 bytes, 16 more than the scalar has, so that the remainder favours no value that anybody could notice."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=b"agent0 DPoP proof key")
    scalar = int.from_bytes(kdf.derive(token_key.encode()), "big") % (P256_ORDER - 1) + 1
    return SigningKey("agent0-proof-key", "ES256", ec.derive_private_key(scalar, ec.SECP256R1()))

"""Encryption at rest of the few secrets that Todo0 must be able to read again.

Those are its client secret at each enterprise's IdP and the private keys it signs access tokens with. Each
purpose has a key of its own, derived from ``SECRET_KEY`` (HKDF, RFC 5869), so that what is sealed for one
purpose never opens for another: a row copied between tables stays shut.

Deliberately does not: encrypt what only has to be compared (client secrets of our own clients and access
tokens are stored as hashes), or rotate keys. A product keeps this key in a key management service.
"""

import base64
import hashlib
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

CLIENT_SECRET_AT_IDP: Final = "todo0 client secret at an IdP"
ACCESS_TOKEN_SIGNING_KEY: Final = "todo0 access token signing key"


class SealBroken(Exception):
    """The stored value was not sealed with this ``SECRET_KEY`` for this purpose."""


def seal(plaintext: str, *, purpose: str) -> str:
    return _box(settings.SECRET_KEY, purpose).encrypt(plaintext.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    try:
        return _box(settings.SECRET_KEY, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken(
            f"Expected a value sealed with the present TODO0_SECRET_KEY as {purpose!r}. If the key was changed, "
            f"restore it, or start with a new database: what the old key sealed stays shut."
        ) from error


def mark_of(stored: str) -> str:
    """Eight characters of what is stored, sealed or hashed with salt: they differ whenever a secret was entered.

    They tell nothing of it, not even whether it is the same one again.
    """
    return f"set, mark {hashlib.sha256(stored.encode()).hexdigest()[:8]}" if stored else ""


@lru_cache(maxsize=8)
def _box(secret_key: str, purpose: str) -> Fernet:
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))

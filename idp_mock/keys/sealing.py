"""Private keys at rest: sealed with a key derived from this server's ``SECRET_KEY``.

DEMO ONLY: a real IdP signs in an HSM or a cloud KMS and has no private key in its database at all. Sealing only
means that a copy of the database alone does not sign tokens.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def seal(pem: str) -> str:
    return _box().encrypt(pem.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured(
            "The IdP's signing keys were sealed under another IDP_SECRET_KEY. Put the former value back, or "
            "make new keys with 'manage.py idp_mock reset_state'."
        ) from error


def _box() -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"idp_mock signing keys").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))

"""Encryption of tokens at rest: AES and HMAC (Fernet), bound to the place a token belongs to.

In the flow: a token is sealed when it arrives and opened where it is presented; between the two it is
ciphertext. The sealed text names its owner, so that a row copied or re-pointed to another person's session
does not open: user B cannot drive a call with user A's ID Token even with write access to one table (RFC 9700
§4.14).

Deliberately does not: keep keys anywhere but the environment, or hide that a token exists.
"""

import json
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class TokenUnreadable(Exception):
    """A sealed token does not open: the key is gone, the text was altered, or it belongs to somebody else."""


def seal(token: str, *, owner: str) -> str:
    """Ciphertext of ``token`` that opens for ``owner`` only. The empty string (no token) stays empty."""
    if not token:
        return ""
    return _load_keys(settings.TOKEN_KEYS).encrypt(json.dumps([owner, token]).encode()).decode()


def unseal(sealed: str, *, owner: str) -> str:
    if not sealed:
        return ""
    try:
        sealed_for, token = json.loads(_load_keys(settings.TOKEN_KEYS).decrypt(sealed.encode()))
    except (InvalidToken, ValueError) as error:
        raise TokenUnreadable("expected a token sealed with one of AGENT0_TOKEN_KEY") from error
    if sealed_for != owner:
        raise TokenUnreadable("expected a token of this person's session, found another's")
    return str(token)


def check_keys() -> None:
    """Refuse to start with a key that cannot seal, instead of failing at somebody's sign-in."""
    _load_keys(settings.TOKEN_KEYS)


@cache
def _load_keys(keys: tuple[str, ...]) -> MultiFernet:
    """The first key seals, all of them open: put a new one in front and the old ones run out."""
    try:
        return MultiFernet([Fernet(key.rstrip("=") + "=") for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "AGENT0_TOKEN_KEY must be Fernet keys (32 random bytes, base64url), separated by spaces. "
            "Make one: python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        ) from error

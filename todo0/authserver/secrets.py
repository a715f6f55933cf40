"""How the client secrets of our own clients are stored: a salted SHA-256.

A password hash is slow because people choose guessable passwords. A client secret is 256 random bits that we
or the demo made up: no dictionary holds it, so slowness buys nothing. It costs a lot: PBKDF2 takes 365 ms of
CPU a token request, before the client is authenticated, so four callers with wrong secrets starve everybody.
The salt only keeps two clients with one secret from showing it.

Deliberately does not: suit anything that a person chose. ``check_is_random`` refuses what cannot be such a
secret when a client is registered (``todo0/seed.py``).
"""

import hashlib
from typing import Any, Final

from django.contrib.auth.hashers import BasePasswordHasher
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import constant_time_compare

MIN_LENGTH: Final = 32


class RandomSecretHasher(BasePasswordHasher):
    """For ``OAUTH2_PROVIDER["CLIENT_SECRET_HASHER"]``; compared in constant time (RFC 9700 §2.5)."""

    algorithm = "sha256_of_random"

    def encode(self, password: str, salt: str) -> str:
        return f"{self.algorithm}${salt}${self._digest(password, salt)}"

    def decode(self, encoded: str) -> dict[str, str]:
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        stored = self.decode(encoded)
        return constant_time_compare(self._digest(password, stored["salt"]), stored["hash"])

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to even out: every comparison takes the same few microseconds."""

    @staticmethod
    def _digest(password: str, salt: str) -> str:
        return hashlib.sha256(f"{salt}{password}".encode()).hexdigest()


def check_is_random(secret: str, *, client_id: str) -> None:
    """Long enough to be 256 random bits as text. Stops a guessable secret under a fast hash."""
    if len(secret) < MIN_LENGTH:
        raise ImproperlyConfigured(
            f"The secret of {client_id} must be random and at least {MIN_LENGTH} characters, found {len(secret)}. "
            f"Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )

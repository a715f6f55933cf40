"""Client secrets and token values at rest: salted or plain SHA-256, compared in constant time.

No PBKDF2 here, on purpose. Slow hashing protects secrets that people choose. These are random values of 256 bits,
which nobody guesses at any speed, and a slow hash would cost hundreds of milliseconds of CPU on every token
request: four clients with a wrong secret could starve all others. Passwords of people do get the slow hash
(``Person.set_password``).
"""

import hashlib
import hmac
import secrets

HASH_OF_NOBODY = "sha256$00000000000000000000000000000000$" + "0" * 64
"""A hash that no secret has: unknown clients are compared with it, so that they take as long as known ones."""


def hash_secret(secret: str) -> str:
    """``sha256$salt$digest`` of a client secret."""
    salt = secrets.token_hex(16)
    return f"sha256${salt}${_digest(salt, secret)}"


def matches_secret(secret: str, stored: str) -> bool:
    """Constant-time comparison (RFC 6749 §10.10 asks for resistance to guessing; timing is a way to guess)."""
    _, salt, digest = stored.split("$")
    return hmac.compare_digest(_digest(salt, secret), digest)


def new_token_value() -> str:
    """A code, refresh token or session id: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def hash_token(value: str) -> str:
    """The database holds this and never the value: reading the database must not give working tokens."""
    return hashlib.sha256(value.encode()).hexdigest()


def _digest(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()

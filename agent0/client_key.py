"""The key by which Agent0 proves who it is where it has no secret (``private_key_jwt``, RFC 7523 §2.2).

In the flow it signs a client assertion for each request to a token endpoint that knows Agent0 by this key. The
public half stands in Agent0's metadata document; the private half never leaves this process (RFC 9700 §2.5).

DEMO ONLY: whoever has the environment has the key. A product keeps it where it can be used and not read (KMS,
HSM), and publishes the next one before it signs with it.
"""

from dataclasses import replace
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from xaa import jose


def load_client_key() -> jose.SigningKey:
    """The key in ``AGENT0_CLIENT_KEY``; named by its thumbprint, so that a new key has a new name."""
    if not settings.CLIENT_KEY:
        raise ImproperlyConfigured(
            "AGENT0_CLIENT_KEY is not set, and without it Agent0 cannot sign. See .env.example."
        )
    return _parse(settings.CLIENT_KEY)


@cache
def _parse(text: str) -> jose.SigningKey:
    pem = f"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"
    try:
        key = jose.load_signing_key(pem, alg="ES256", kid="")
    except ValueError as error:
        raise ImproperlyConfigured(
            "AGENT0_CLIENT_KEY must be a private key on P-256: a PKCS#8 PEM in one line, without its "
            "first and last. Make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
        ) from error
    return replace(key, kid=jose.thumbprint(key))

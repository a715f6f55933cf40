"""Whose ID-JAGs count: the trust list, and the keys of those on it.

The keys are those the server already trusts for single sign-on with that IdP (ID-JAG §4.4.1): one trust
relationship, two uses. The list is configuration; nothing in a token can add to it or say where keys are.

Deliberately does not: publish the list. Which companies are customers is nobody else's business (ID-JAG §9.4).
"""

import functools

from django.core.signals import setting_changed

from xaa import jose
from xaa.http import OutgoingHttp
from xaa.jwt_bearer.conf import conf
from xaa.metadata import IssuerDirectory, TrustedIssuer


@functools.cache
def load_directory() -> IssuerDirectory:
    """This process's directory of issuers; its caches are keyed by issuer, so tenants may share it."""
    purpose = f"ID-JAGs for {conf.issuer}"
    return IssuerDirectory(OutgoingHttp(allow_private=conf.allow_private_addresses, purpose=purpose))


def find_trusted_issuer(issuer: str) -> TrustedIssuer:
    """The trust list's entry for exactly this string; ``LookupError`` otherwise. Never our own issuer.

    No case folding, no slash trimming, no prefix: two strings that differ in a byte are two issuers. An ID-JAG
    of our own would let us vouch to ourselves (ID-JAG §9.3).
    """
    if issuer == conf.issuer:
        raise LookupError("this server's own issuer")
    return conf.find_trusted_issuer(issuer)


def verify_assertion(assertion: str, trusted: TrustedIssuer) -> jose.Verified:
    """Verify with the keys of the issuer we configured. ``jose.JoseError`` or ``KeysUnavailable``."""
    return load_directory().verify(assertion, trusted)


def _forget_directory(*, setting: str, **_: object) -> None:
    if setting == "JWT_BEARER_ALLOW_PRIVATE_ADDRESSES":
        load_directory.cache_clear()


setting_changed.connect(_forget_directory)

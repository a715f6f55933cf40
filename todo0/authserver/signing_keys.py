"""The authorization server's own keys: the one that signs now, and all that may still verify.

In the flow: issuing an access token signs with ``load_signing_key``; the API verifies with
``load_verification_keys``; everybody else reads ``/oauth/jwks``. The active row is read on every issue, so
that a rotation by another process counts at once; what is expensive, parsing a PEM (45 ms for RSA), is done
once a process and key.

Deliberately does not: take any key from an IdP. What an IdP signs is never an access token here (ID-JAG §1).
"""

from functools import lru_cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from todo0 import at_rest
from todo0.authserver.models import AsSigningKey
from xaa import jose

ALGORITHMS: Final = ("ES256", "RS256")
"""What we sign with. RS256 because every resource server must know it (RFC 9068 §2.1)."""


def load_signing_key() -> jose.SigningKey:
    """The active key that was made last, whatever the clock said then; the first ever is made on first use."""
    row = AsSigningKey.objects.filter(active=True).order_by("-id").first()
    row = row or AsSigningKey.generate(settings.ACCESS_TOKEN_ALGORITHM)
    return _open(row.kid, row.alg, row.private_pem_sealed)


@lru_cache(maxsize=16)
def _open(kid: str, alg: str, private_pem_sealed: str) -> jose.SigningKey:
    pem = at_rest.unseal(private_pem_sealed, purpose=at_rest.ACCESS_TOKEN_SIGNING_KEY)
    return jose.load_signing_key(pem, alg=alg, kid=kid)


@lru_cache(maxsize=64)
def load_verification_keys(issuer: str, kid: str) -> jose.KeySet:
    """The one public key named ``kid``, as a key set; ``issuer`` keeps two tenants' keys apart.

    Cached for the life of the process, which is safe because a signature alone opens nothing here: the access
    token's row must exist, too, and whoever stole a key cannot write rows. Unknown: ``UnknownKey``, not
    cached.
    """
    named = AsSigningKey.objects.filter(kid=kid).values_list("public_jwk", flat=True)
    public_jwk = named.first() if kid.isprintable() else None  # PostgreSQL cannot look up a NUL
    if public_jwk is None:
        raise jose.UnknownKey(f"{issuer} has no key {kid!r:.60}.")
    return jose.KeySet.from_jwks({"keys": [public_jwk]})


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """The public halves, retired ones included until they are deleted (RFC 7517 §5)."""
    keys = list(AsSigningKey.objects.order_by("-id").values_list("public_jwk", flat=True))
    return JsonResponse(
        {"keys": keys},
        headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"},
    )

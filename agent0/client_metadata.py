"""What Agent0 says of itself: its Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document §4).

In the flow the address of this document can be Agent0's client id at a resource app's authorization server
(``AGENT0_RESOURCE_CLIENT_ID``). That server fetches it in place of a registration, finds the key here, and holds
Agent0 to it; all that its admin does is to list the address.

Whoever lists the ID-JAG profile lists both grants that it takes (ID-JAG §8).

Deliberately does not: hold a secret. Everybody reads it.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from agent0.client_key import load_client_key
from xaa import jose, protocol

FRESH_FOR = 300
"""Seconds for which it may be cached: how early a new key has to stand here before it signs."""


@require_safe
def client_metadata(request: HttpRequest) -> JsonResponse:
    """404 where there is no key, for then there is no such client."""
    if not settings.CLIENT_KEY:
        raise Http404("Agent0 has no key here")
    return JsonResponse(describe(), headers={"Cache-Control": f"public, max-age={FRESH_FOR}"})


def describe() -> dict[str, object]:
    key = load_client_key()
    return {
        "client_id": settings.CLIENT_DOCUMENT,
        "client_name": "Agent0",
        "client_uri": settings.PUBLIC_URL,
        "redirect_uris": [settings.PUBLIC_URL + reverse("signin:callback")],
        "response_types": ["code"],
        "grant_types": [
            protocol.GRANT_AUTHORIZATION_CODE,
            protocol.GRANT_REFRESH_TOKEN,
            protocol.GRANT_TOKEN_EXCHANGE,
            protocol.GRANT_JWT_BEARER,
        ],
        protocol.META_CLIENT_PROFILES: [protocol.GRANT_PROFILE_ID_JAG],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": key.alg,
        "jwks": {"keys": [jose.public_jwk(key)]},
    }

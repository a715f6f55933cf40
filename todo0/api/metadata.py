"""What the API publishes of itself: its protected resource metadata (RFC 9728) and its OpenAPI document.

In the flow: a client that was answered 401 reads here which authorization server to go to. It must not
believe it blindly: an attacker's API could name anybody's (ID-JAG §9.4), so a client only uses a server it
was configured for.

Deliberately does not: answer at the bare ``/.well-known/oauth-protected-resource``. The resource has a path,
and a document whose ``resource`` is not what the URL was built from must not be used (RFC 9728 §3.3).
"""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from todo0.api.access_token import Access
from todo0.api.openapi import DOCUMENT
from todo0.resources.apis import scopes_of
from xaa import protocol
from xaa.dpop import ALGORITHMS

CONTENTS = {"todos": "todos", "openapi": "openapi.json"}
PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@require_safe
def protected_resource_metadata(request: HttpRequest) -> JsonResponse:
    document = {
        "resource": settings.API_RESOURCE,
        "authorization_servers": [settings.JWT_BEARER_ISSUER],
        "scopes_supported": scopes_of(settings.API_RESOURCE),
        protocol.META_DETAILS_TYPES: sorted(settings.JWT_BEARER_DETAILS_TYPES),
        "bearer_methods_supported": ["header"],
        protocol.META_DPOP_ALGORITHMS: list(ALGORITHMS),
        "resource_name": "Todo0 API",
        "resource_documentation": f"{settings.API_RESOURCE}/openapi.json",
    }
    return JsonResponse(document, headers=PUBLIC)


def describe(request: HttpRequest, access: Access, *, at: datetime) -> HttpResponse:
    """What stands at the resource's own address: where to go on. Without a token it is what leads to the metadata,
    whose ``resource`` must be the URL that was called (RFC 9728 §3.3)."""
    return JsonResponse({name: f"{settings.API_RESOURCE}/{path}" for name, path in CONTENTS.items()})


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    return JsonResponse(DOCUMENT | {"servers": [{"url": settings.API_RESOURCE}]}, headers=PUBLIC)

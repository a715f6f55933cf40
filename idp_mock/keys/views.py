"""The enterprise's public keys (RFC 7517 §5): announced, active and retiring ones."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from idp_mock import clock
from idp_mock.directory.tenants import load_enterprise, tell_unknown_tenant_in_json
from idp_mock.keys.fetches import note_fetch
from idp_mock.keys.keystore import load_jwks
from idp_mock.systemlog.request_context import describe_origin

CACHE_SECONDS = 300
"""Shorter than an announced key waits and than a retiring key stays (OpenID Connect Core §10.1.1)."""


@require_safe
@tell_unknown_tenant_in_json
def jwks(request: HttpRequest, tenant: str) -> JsonResponse:
    enterprise = load_enterprise(tenant)
    note_fetch(enterprise, describe_origin(request), now=clock.now())
    response = JsonResponse(load_jwks(enterprise))
    response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    return response

"""UserInfo (OpenID Connect Core §5.3): who the access token is about, read afresh from the directory.

Deliberately does not: take the token from the query or a form (RFC 9700 §4.3.2 keeps tokens out of URLs).
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from idp_mock import clock
from idp_mock.directory.subjects import subject_at
from idp_mock.directory.tenants import load_enterprise, tell_unknown_tenant_in_json
from idp_mock.tokens.access_token import AccessTokenRejected, load_live_family, verify_access_token
from idp_mock.tokens.errors import forbid_storing
from idp_mock.tokens.id_token import profile_claims
from xaa import protocol


@csrf_exempt  # authenticated by a bearer token; no cookie is read here
@require_http_methods(["GET", "POST"])
@tell_unknown_tenant_in_json
def userinfo(request: HttpRequest, tenant: str) -> HttpResponse:
    enterprise = load_enterprise(tenant)
    if "access_token" in request.GET:
        return challenge(tenant, error=protocol.ERROR_INVALID_REQUEST, status=400)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return challenge(tenant)
    try:
        claims = verify_access_token(enterprise, token.strip(), now=clock.now())
        family = load_live_family(claims)
    except AccessTokenRejected:
        return challenge(tenant, error=protocol.ERROR_INVALID_TOKEN)
    person = family.session.person
    return forbid_storing(
        JsonResponse({"sub": subject_at(family.app, person)} | profile_claims(person, claims["scope"]))
    )


def challenge(realm: str, *, error: str = "", status: int = 401) -> HttpResponse:
    """RFC 6750 §3: no error code when there was no token at all."""
    parts = [f'realm="{realm}"'] + ([f'error="{error}"'] if error else [])
    response = JsonResponse({"error": error} if error else {}, status=status)
    response["WWW-Authenticate"] = f"Bearer {', '.join(parts)}"
    return forbid_storing(response)

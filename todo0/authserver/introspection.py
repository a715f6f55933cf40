"""Token introspection (RFC 7662): a client asks whether one of its own access tokens still counts.

The toolkit's own view is not used: it answers 403 where RFC 7662 §2.1 wants 401, takes tokens from the URL,
tells every client about every token and names the user.

Deliberately does not: say why a token is inactive, or that a token of another client exists (RFC 7662 §2.2).
"""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from oauthlib.common import Request as OauthlibRequest

from todo0.authserver.access_tokens import CARRIED_OVER, ORG_ID
from todo0.authserver.dot import AccessToken, OAuthLibMixin
from todo0.authserver.wire import form_endpoint, oauth_error
from xaa import jose, protocol

INACTIVE = {"active": False}
TOLD = (*CARRIED_OVER, protocol.ACT, protocol.AUTHORIZATION_DETAILS, ORG_ID)


@form_endpoint
def introspect(request: HttpRequest) -> JsonResponse:
    client = _authenticate_client(request)
    if client is None:
        return oauth_error(protocol.ERROR_INVALID_CLIENT, "Client authentication failed.", 401)
    token = request.POST.get("token", "")
    if not token:
        return oauth_error(protocol.ERROR_INVALID_REQUEST, "The parameter token is missing.")
    checksum = hashlib.sha256(token.encode()).hexdigest()
    row = AccessToken.objects.select_related("user").filter(token_checksum=checksum, application=client).first()
    return JsonResponse(_describe(row, client.client_id, token) if row else INACTIVE)


def _describe(row: Any, client_id: str, token: str) -> dict[str, Any]:
    """The row, and what only the token says, which is ours by its hash.

    That is how the person signed in (RFC 9470 §6.2), who acts for her (RFC 8693 §7.4), the key it is bound to
    (RFC 9449 §6.2), and what it may do within its scope (RFC 9396 §9.2).
    """
    if row.expires <= timezone.now() or row.user is None or not row.user.is_active:
        return INACTIVE
    claims = jose.peek(token).unverified_claims
    bound = {"token_type": protocol.TOKEN_TYPE_DPOP, "cnf": claims["cnf"]} if "cnf" in claims else {}
    return {
        "active": True,
        "iss": settings.JWT_BEARER_ISSUER,
        "aud": row.resource[0] if len(row.resource) == 1 else row.resource,
        "sub": row.user.get_username(),
        "client_id": client_id,
        "scope": row.scope,
        "exp": int(row.expires.timestamp()),
        "iat": int(row.created.timestamp()),
        "token_type": protocol.TOKEN_TYPE_BEARER,
        **bound,
        **{name: value for name, value in claims.items() if name in TOLD},
    }


def _authenticate_client(request: HttpRequest) -> Any:
    """The client, authenticated exactly as at the token endpoint; None when it is not."""
    core = OAuthLibMixin.get_oauthlib_core()
    uri, method, body, headers = core._extract_params(request)
    asking = OauthlibRequest(uri, method, body, headers)
    return asking.client if core.server.request_validator.authenticate_client(asking) else None

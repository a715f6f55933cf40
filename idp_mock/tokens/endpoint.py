"""The token endpoint (RFC 6749 §3.2): one door, one file behind it for every grant.

The order is the argument: a clean form, then an authenticated client, then a grant that exists and that this
client is registered for; only then does the grant's own file see the request.

Deliberately does not: answer GET, read JSON bodies, allow CORS. Tokens are fetched by servers.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from idp_mock import clock
from idp_mock.directory.models import App
from idp_mock.directory.tenants import tell_unknown_tenant_in_json
from idp_mock.tokens import authorization_code, refresh_token, token_exchange
from idp_mock.tokens.clients import authenticate_client
from idp_mock.tokens.errors import OAuthError, TooManyFailures, answer_error, forbid_storing
from idp_mock.tokens.form import TokenForm, parse_token_form
from xaa import protocol
from xaa.throttle.clients import count_refused_grant

Grant = Callable[[App, TokenForm, datetime], dict[str, object]]
"""What a grant's file offers: ``(app, form, now)`` to the members of a token response, or ``OAuthError``."""

GRANTS: dict[str, Grant] = {
    protocol.GRANT_AUTHORIZATION_CODE: authorization_code.redeem,
    protocol.GRANT_REFRESH_TOKEN: refresh_token.refresh,
    protocol.GRANT_TOKEN_EXCHANGE: token_exchange.exchange,
}


@csrf_exempt  # clients authenticate with their own credentials; no cookie is read here
@require_POST
@tell_unknown_tenant_in_json
def token(request: HttpRequest, tenant: str) -> JsonResponse:
    try:
        return forbid_storing(JsonResponse(grant_tokens(request, tenant, clock.now())))
    except OAuthError as error:
        is_grant = error.error == protocol.ERROR_INVALID_GRANT
        wait = count_refused_grant(request) if is_grant else 0  # after it was judged: RFC 6749 §10.10
        return answer_error(TooManyFailures(wait) if wait else error, realm=tenant)


def grant_tokens(request: HttpRequest, tenant: str, now: datetime) -> dict[str, object]:
    form = parse_token_form(request)
    app = authenticate_client(request, tenant, form, now=now)
    grant_type = form.required("grant_type")
    grant = find_grant(grant_type)
    if not app.may_use(grant_type):
        raise OAuthError(protocol.ERROR_UNAUTHORIZED_CLIENT, "This client is not registered for this grant type.")
    return grant(app, form, now)


def find_grant(grant_type: str) -> Grant:
    if grant_type not in GRANTS:
        raise OAuthError(protocol.ERROR_UNSUPPORTED_GRANT_TYPE, f"Supported: {', '.join(GRANTS)}.")
    return GRANTS[grant_type]

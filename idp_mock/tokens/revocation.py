"""Revocation (RFC 7009): an app gives back what it no longer needs, when a person unlinks or signs out of it.

Giving back either token ends the whole family: access token, refresh tokens, code.

Deliberately does not: revoke ID Tokens or ID-JAGs. The first die with the session, the second in minutes. A token
that is unknown, or another client's, is answered with 200 as well (§2.2): there is nothing to learn here.
"""

from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from idp_mock import clock
from idp_mock.directory.models import App
from idp_mock.directory.secrets import hash_token
from idp_mock.directory.tenants import tell_unknown_tenant_in_json
from idp_mock.tokens.access_token import FAMILY_CLAIM, AccessTokenRejected, verify_access_token
from idp_mock.tokens.clients import authenticate_client
from idp_mock.tokens.errors import OAuthError, answer_error, forbid_storing
from idp_mock.tokens.form import parse_token_form
from idp_mock.tokens.models import TokenFamily


@csrf_exempt  # clients authenticate with their own credentials; no cookie is read here
@require_POST
@tell_unknown_tenant_in_json
def revoke(request: HttpRequest, tenant: str) -> JsonResponse:
    try:
        form, now = parse_token_form(request), clock.now()
        app = authenticate_client(request, tenant, form, now=now)
        revoke_family_of(app, form.required("token"), now=now)
    except OAuthError as error:
        return answer_error(error, realm=tenant)
    return forbid_storing(JsonResponse({}))


def revoke_family_of(app: App, token: str, *, now: datetime) -> None:
    """End the family of ``token``, if it is ``app``'s. ``token_type_hint`` is not needed: §2.1 makes it a hint."""
    families = TokenFamily.objects.filter(app=app, revoked_at=None)
    try:
        families = families.filter(pk=verify_access_token(app.enterprise, token, now=now)[FAMILY_CLAIM])
    except AccessTokenRejected:
        families = families.filter(refresh_tokens__token_hash=hash_token(token))
    families.update(revoked_at=now)

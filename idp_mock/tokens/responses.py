"""The token response of a sign-in (OpenID Connect Core §3.1.3.3), first and refreshed."""

from datetime import datetime

from django.conf import settings

from idp_mock.tokens.access_token import issue_access_token
from idp_mock.tokens.id_token import issue_id_token
from idp_mock.tokens.models import TokenFamily
from xaa import protocol


def sign_in_response(family: TokenFamily, *, scope: str, now: datetime, nonce: str = "") -> dict[str, object]:
    return {
        "access_token": issue_access_token(family, scope=scope, now=now),
        "token_type": protocol.TOKEN_TYPE_BEARER,
        "expires_in": int(settings.IDP_ACCESS_TOKEN_LIFETIME.total_seconds()),
        "scope": scope,
        "id_token": issue_id_token(family, scope=scope, now=now, nonce=nonce),
    }

"""The authorization code: issued to the browser, redeemed by the client (RFC 6749 §4.1.2-4.1.3).

The code passes through the browser and may leak there, so on its own it is worth nothing: it needs the client's
authentication, the same redirect URI and the PKCE verifier, within a minute, once. A second use means that two
parties have it, and everything that came of the first is revoked (RFC 9700 §4.5).

The checks come before the code is claimed: a refused attempt does not burn it for its owner.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime

from django.conf import settings
from django.db import transaction

from idp_mock.directory.models import App
from idp_mock.directory.secrets import hash_token, new_token_value
from idp_mock.signin.authorization_request import AuthorizationRequest
from idp_mock.signin.factors import resolve_acr
from idp_mock.signin.models import IdpSession
from idp_mock.signin.sessions import SessionNotLive, check_session_is_live
from idp_mock.tokens.errors import invalid_grant, invalid_request
from idp_mock.tokens.form import TokenForm
from idp_mock.tokens.models import AuthorizationCode, TokenFamily
from idp_mock.tokens.refresh_token import issue_refresh_token
from idp_mock.tokens.responses import sign_in_response
from idp_mock.tokens.reuse import detect_reuse

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1


@transaction.atomic
def issue_code(asked: AuthorizationRequest, session: IdpSession, *, now: datetime) -> str:
    """Begin a token family for this person and app, and return the code that stands for it."""
    family = TokenFamily.objects.create(
        app=asked.app,
        session=session,
        scope=asked.scope,
        auth_time=session.auth_time,
        amr=session.amr,
        acr=resolve_acr(session.amr, asked.acr_values),
        started_at=now,
    )
    value = new_token_value()
    AuthorizationCode.objects.create(
        family=family,
        code_hash=hash_token(value),
        redirect_uri=asked.redirect_uri,
        nonce=asked.nonce,
        code_challenge=asked.code_challenge,
        expires_at=now + settings.IDP_CODE_LIFETIME,
    )
    return value


def redeem(app: App, form: TokenForm, now: datetime) -> dict[str, object]:
    """Answer ``grant_type=authorization_code``."""
    code = load_code(app, form.required("code"))
    check_unused(code, now=now)
    check_binding(code, form, now=now)
    check_verifier(code, form.optional("code_verifier"))
    check_person(code)
    claim(code, now=now)
    family = code.family
    response = sign_in_response(family, scope=family.scope, now=now, nonce=code.nonce)
    if "offline_access" in family.scope.split():
        response["refresh_token"] = issue_refresh_token(family, now=now)
    return response


def load_code(app: App, value: str) -> AuthorizationCode:
    """The code, if it was issued to this client; another client's code is unknown to it."""
    code = (
        AuthorizationCode.objects.select_related("family__session__person")
        .filter(code_hash=hash_token(value), family__app=app)
        .first()
    )
    if code is None:
        raise invalid_grant("The code is unknown, or was issued to another client.")
    code.family.app = app  # the caller's, with its enterprise: no further statement
    return code


def check_unused(code: AuthorizationCode, *, now: datetime) -> None:
    if code.used_at:
        raise detect_reuse(code.family, what="code", now=now)
    if code.family.revoked_at:
        raise invalid_grant("The code was revoked.")


def check_binding(code: AuthorizationCode, form: TokenForm, *, now: datetime) -> None:
    if code.expires_at <= now:
        raise invalid_grant("The code has expired.")
    if form.required("redirect_uri") != code.redirect_uri:
        raise invalid_grant("The 'redirect_uri' differs from the one in the authorization request.")


def check_verifier(code: AuthorizationCode, verifier: str) -> None:
    """PKCE (RFC 7636 §4.6). A verifier without a challenge is refused as well: somebody stripped the challenge
    from the authorization request (downgrade, RFC 9700 §2.1.1)."""
    if not code.code_challenge:
        if verifier:
            raise invalid_grant("A 'code_verifier' was sent, but the authorization request had no challenge.")
        return
    if not _VERIFIER.fullmatch(verifier):
        raise invalid_request("'code_verifier' must be 43 to 128 unreserved characters.")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not hmac.compare_digest(digest, code.code_challenge):
        raise invalid_grant("The 'code_verifier' does not fit the challenge in the authorization request.")


def check_person(code: AuthorizationCode) -> None:
    try:
        check_session_is_live(code.family.session)
    except SessionNotLive as error:
        raise invalid_grant(error.reason) from error


def claim(code: AuthorizationCode, *, now: datetime) -> None:
    """One winner, also among parallel requests: the database decides, not a look before."""
    if not AuthorizationCode.objects.filter(pk=code.pk, used_at=None).update(used_at=now):
        raise detect_reuse(code.family, what="code", now=now)

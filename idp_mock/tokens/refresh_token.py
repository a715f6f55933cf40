"""The refresh token grant (RFC 6749 §6): a new ID Token, and a new refresh token for the old one.

Every use replaces the token. An old one that comes back is treated as stolen and ends the whole family
(RFC 9700 §4.14.2), without a grace period: a client that runs several workers has to take turns
(``protocol.md`` RF-08).

Deliberately does not: ask the person. Whether she is still active and her session not signed out is looked up
at every use, so a refresh token dies with either.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from idp_mock.directory.models import App
from idp_mock.directory.secrets import hash_token, new_token_value
from idp_mock.signin.sessions import SessionNotLive, check_session_is_live
from idp_mock.tokens.errors import OAuthError, invalid_grant
from idp_mock.tokens.form import TokenForm
from idp_mock.tokens.models import RefreshToken, TokenFamily
from idp_mock.tokens.responses import sign_in_response
from idp_mock.tokens.reuse import detect_reuse
from xaa import protocol


def refresh(app: App, form: TokenForm, now: datetime) -> dict[str, object]:
    """Answer ``grant_type=refresh_token``: rotate, and tell again of the same sign-in."""
    record = load_refresh_token(app, form.required("refresh_token"), now=now)
    scope = narrow_scope(record.scope, form.optional("scope"))
    successor = rotate(record, now=now)
    return sign_in_response(record.family, scope=scope, now=now) | {"refresh_token": successor}


def load_refresh_token(app: App, value: str, *, now: datetime) -> RefreshToken:
    """The refresh token, in one SQL statement and without rotating it.

    Issued here, to this client, neither expired nor revoked, its session not signed out, its person active. As
    subject token it is held to the same by checks I4 to I7, each of which is a verdict of its own there.
    """
    record = (
        RefreshToken.objects.select_related("family__session__person")
        .filter(token_hash=hash_token(value), family__app=app)
        .first()
    )
    if record is None:
        raise invalid_grant("The refresh token is unknown, or was issued to another client.")
    record.family.app = app  # the caller's, with its enterprise: no further statement
    if record.rotated_at:
        raise detect_reuse(record.family, what="refresh token", now=now)
    check_refresh_token(record, now=now)
    return record


def check_refresh_token(record: RefreshToken, *, now: datetime) -> None:
    if record.family.revoked_at:
        raise invalid_grant("The refresh token was revoked. The person has to sign in again.")
    if record.expires_at <= now:
        raise invalid_grant("The refresh token has expired. The person has to sign in again.")
    try:
        check_session_is_live(record.session)
    except SessionNotLive as error:
        raise invalid_grant(error.reason) from error


def rotate(record: RefreshToken, *, now: datetime) -> str:
    """Replace the token by a new one; of two parallel uses one wins, and the other reveals the copy."""
    with transaction.atomic():
        claimed = RefreshToken.objects.filter(pk=record.pk, rotated_at=None).update(rotated_at=now)
        if claimed:
            return issue_refresh_token(record.family, now=now)
    raise detect_reuse(record.family, what="refresh token", now=now)


def issue_refresh_token(family: TokenFamily, *, now: datetime) -> str:
    value = new_token_value()
    family.refresh_tokens.create(
        token_hash=hash_token(value), issued_at=now, expires_at=now + settings.IDP_REFRESH_TOKEN_LIFETIME
    )
    return value


def narrow_scope(granted: str, requested: str) -> str:
    """A refresh may ask for less, never for more (RFC 6749 §6); asking for nothing keeps what was granted."""
    if not requested:
        return granted
    if not set(requested.split()) <= set(granted.split()):
        raise OAuthError(protocol.ERROR_INVALID_SCOPE, "A refresh cannot widen the scope.")
    return requested

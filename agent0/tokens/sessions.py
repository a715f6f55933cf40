"""The life of a sign-in session: started at sign-in, loaded at each use, ended at sign-out or when its time
is up.

In the flow: every use of a person's token starts with ``load_live_session`` and the id of the local user it
is used for; a session that is over, or somebody else's, does not load, and the caller sends the person to the
IdP.

Deliberately does not: extend a session. Its end is fixed at sign-in.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agent0.connections import find_connection_for_issuer
from agent0.tokens import retired, sealing
from agent0.tokens.models import CachedAccessToken, SigninSession, UnspentIdJag
from stage.kit import telemetry
from xaa.fingerprint import fingerprint
from xaa.signin.connections import Connection


class SigninEnded(Exception):
    """There is no live sign-in of this person any more; only signing in at the IdP helps."""


def start_session(
    *,
    user_id: int,
    issuer: str,
    subject: str,
    sid: str = "",
    id_token: str,
    refresh_token: str = "",
    id_token_expires_at: datetime,
    claims: Mapping[str, Any] | None = None,
) -> SigninSession:
    """Keep one sign-in, with what the ID Token's ``claims`` tell of it. It ends with the browser session that it
    belongs to, or sooner when the IdP says so (``session_expiry``, OpenID Connect Enterprise Extensions).
    """
    claims = claims or {}
    now = timezone.now()
    latest = now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session = SigninSession(
        uuid=uuid.uuid4(),
        user_id=user_id,
        issuer=issuer,
        subject=subject,
        sid=sid,
        acr=_read_text(claims, "acr"),
        auth_time=_read_moment(claims, "auth_time"),
        way=settings.RESOURCE_WAY,
        traceparent=telemetry.current_traceparent(),
        id_token_fingerprint=fingerprint(id_token),
        id_token_expires_at=id_token_expires_at,
        started_at=now,
        ends_at=min(_read_moment(claims, "session_expiry") or latest, latest),
    )
    session.sealed_id_token = sealing.seal(id_token, owner=session.owner_of("id_token"))
    session.sealed_refresh_token = sealing.seal(refresh_token, owner=session.owner_of("refresh_token"))
    session.save(force_insert=True)
    return session


def load_live_session(session_id: uuid.UUID | str, *, user_id: int) -> SigninSession:
    """The session, if it is this user's and not over: checked at each use, not once (RFC 9700 §4.14).

    Stops one person's browser or job from acting with another person's sign-in.
    """
    try:
        session = SigninSession.objects.get(uuid=session_id, user_id=user_id)
    except (SigninSession.DoesNotExist, ValidationError) as error:
        raise SigninEnded("expected a sign-in of this person, found none") from error
    if not session.is_live(timezone.now()):
        raise SigninEnded("the sign-in is over")
    return session


def find_enterprise(issuer: str) -> Connection:
    """The enterprise of a sign-in. One that the settings name no more is asked nothing, and shown no token."""
    try:
        return find_connection_for_issuer(issuer)
    except LookupError as error:
        raise SigninEnded("this sign-in is of an IdP that is asked no more") from error


@transaction.atomic
def end_session(session: SigninSession, *, is_replaced: bool = False) -> None:
    """Forget every token of this sign-in, and leave word that they be revoked (RFC 7009).

    The row stays, so that the log can still name it. ``is_replaced``: by a newer sign-in of the same person,
    with which she goes on. Then the refresh token is only forgotten: an IdP may take one revoked token for the
    end of all that this app has for her (RFC 7009 §2.1), the newer one included.
    """
    now = timezone.now()
    stored = SigninSession.objects.select_for_update().filter(uuid=session.uuid).first()
    if stored is None:
        return
    retired.retire_access_tokens(stored, now)
    if not is_replaced:
        retired.retire_refresh_token(stored, now)
    CachedAccessToken.objects.filter(session=stored).delete()
    UnspentIdJag.objects.filter(session=stored).delete()
    stored.ended_at = stored.ended_at or now
    stored.sealed_id_token = stored.sealed_refresh_token = ""
    stored.save(update_fields=["ended_at", "sealed_id_token", "sealed_refresh_token"])


def end_covered(covered: Q) -> None:
    """End the live sign-ins that ``covered`` selects: the IdP's word, by ``issuer``, ``subject`` and ``sid``."""
    for session in SigninSession.objects.filter(covered, ended_at=None):
        end_session(session)


def drop_expired(now: datetime) -> None:
    """End what is past its time: sessions and access tokens that nobody signed out of."""
    CachedAccessToken.objects.filter(expires_at__lte=now).delete()
    UnspentIdJag.objects.filter(expires_at__lte=now).delete()
    over = Q(ends_at__lte=now) & Q(ended_at=None)
    for session in SigninSession.objects.filter(over)[:100]:
        end_session(session)


def _read_text(claims: Mapping[str, Any], name: str) -> str:
    """What the column holds of it; other than that, nothing."""
    told = claims.get(name)
    return told if isinstance(told, str) and len(told) <= 255 and told.isprintable() else ""


def _read_moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    """A time that the IdP told of, if it did."""
    told = claims.get(name)
    is_time = isinstance(told, int) and not isinstance(told, bool) and 0 < told < 2**33
    return datetime.fromtimestamp(told, UTC) if is_time else None

"""Which of our sessions stand on which sign-in at the IdP, so that the IdP's word can end them.

In the flow: the default token store writes a row at sign-in and takes it away at sign-out; back-channel logout
finds the rows by (issuer, ``sid`` or subject) and deletes the sessions through the project's session engine
(OpenID Connect Back-Channel Logout §2.7).

Deliberately does not: work with sessions that live in the browser (``signed_cookies``); nobody can take those
back, and ``checks`` warns of them.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.utils import timezone

from xaa.signin.logout_token import LogoutToken
from xaa.signin.models import SignedInSession, UsedLogoutToken

ROW_KEY: Final = "signin_row"


def remember_session(session: SessionBase, *, issuer: str, subject: str, sid: str) -> None:
    """After ``login()``: this session stands on that sign-in, and on no earlier one."""
    forget_session(session)
    _forget_lost()
    if session.session_key is None:
        session.create()  # login() has just emptied somebody else's; the row needs the new name
    row = SignedInSession.objects.create(
        session_key=str(session.session_key), issuer=issuer, subject=subject, sid=sid, seen_at=timezone.now()
    )
    session[ROW_KEY] = row.pk


def forget_session(session: SessionBase) -> None:
    SignedInSession.objects.filter(pk=session.pop(ROW_KEY, None)).delete()


def end_sessions(logout: LogoutToken) -> None:
    """Delete the sessions that ``logout`` covers; none is fine, the person may have signed out here before."""
    rows = SignedInSession.objects.filter(logout.covers())
    for row in rows:
        _engine().SessionStore().delete(row.session_key)
        row.delete()


def end_sessions_of(issuer: str) -> None:
    """Delete every session that stands on the word of ``issuer``, whose people may sign in here no more."""
    for row in SignedInSession.objects.filter(issuer=issuer):
        _engine().SessionStore().delete(row.session_key)
        row.delete()


def claim_logout_token(issuer: str, jti: str, keep_until: float) -> bool:
    """Whether this call is the first with (``issuer``, ``jti``): the primary key decides, in any process."""
    UsedLogoutToken.objects.filter(expires_at__lt=timezone.now()).delete()
    digest = hashlib.sha256(f"{len(issuer)}:{issuer}{jti}".encode()).hexdigest()
    try:
        with transaction.atomic():
            expires_at = datetime.fromtimestamp(keep_until, UTC)
            UsedLogoutToken(digest=digest, expires_at=expires_at).save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _forget_lost(*, at_most: int = 10) -> None:
    """A few rows of sessions that ran out by themselves: each sign-in sweeps up after some older ones."""
    now = timezone.now()
    unseen = SignedInSession.objects.filter(seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    for row in unseen.order_by("seen_at")[:at_most]:
        if _engine().SessionStore().exists(row.session_key):
            row.seen_at = now
            row.save(update_fields=["seen_at"])
        else:
            row.delete()


def _engine() -> Any:
    return import_module(settings.SESSION_ENGINE)

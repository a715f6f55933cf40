"""The subject token of an exchange: which of the person's tokens tells the IdP whom Agent0 acts for.

In the flow: ``xaa.client`` asks here at each exchange. The ID Token is given while it has some life left;
after that the refresh token stands in (RFC 8693 §2.1; ID-JAG §4.3), one exchange at a time: an IdP that
rotates refresh tokens takes two workers with the same one for a thief and a victim (RFC 9700 §4.14.2).

A sign-in may be older than a change of the settings, which name its IdP no more. Its tokens are that IdP's
business, and no other is shown them.

Deliberately does not: refresh anything itself, or fall back from one token to the other after a refusal.
"""

import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from agent0.tokens import sealing
from agent0.tokens.models import SigninSession
from agent0.tokens.sessions import SigninEnded, find_enterprise, load_live_session
from xaa.client import SubjectToken
from xaa.fingerprint import fingerprint

CLAIM_SECONDS: Final = 15
"""Longer than an exchange can take, so that a claim left by a killed worker runs out and nothing overlaps."""
POLL_SECONDS: Final = 0.1


class SubjectBusy(Exception):
    """Another worker holds the refresh token; try again later."""


class SubjectSource:
    """Callable as ``CrossAppSession.subject``. Call ``release`` when the exchange is over, however it went."""

    def __init__(
        self,
        *,
        session_id: uuid.UUID,
        user_id: int,
        patience: float = CLAIM_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.session_id = session_id
        self.user_id = user_id
        self._patience = patience
        self._sleep = sleep
        self._claim: datetime | None = None
        self.presented = ""
        """Kind and fingerprint of the token handed out last, for the Step: ``ID-5c21`` or ``RT-0b1e``."""

    def __call__(self) -> SubjectToken:
        session = load_live_session(self.session_id, user_id=self.user_id)
        find_enterprise(session.issuer)
        try:
            if has_fresh_id_token(session):
                subject = SubjectToken.from_id_token(_open(session, "id_token"))
                self.presented = f"ID-{fingerprint(subject.value)}"
                return subject
            if session.sealed_refresh_token:
                self._claim_refresh_token()
                session = load_live_session(self.session_id, user_id=self.user_id)
                subject = SubjectToken.from_refresh_token(_open(session, "refresh_token"))
                self.presented = f"RT-{fingerprint(subject.value)}"
                return subject
        except sealing.TokenUnreadable as error:
            raise SigninEnded("this sign-in's tokens cannot be opened any more") from error
        raise SigninEnded("the ID Token has expired and there is no refresh token")

    def release(self) -> None:
        if self._claim:
            held = SigninSession.objects.filter(uuid=self.session_id, refresh_token_claimed_until=self._claim)
            held.update(refresh_token_claimed_until=None)
            self._claim = None

    def _claim_refresh_token(self) -> None:
        """One UPDATE decides; whoever comes second waits, for at most ``patience`` seconds."""
        waited = 0.0
        while True:
            now = timezone.now()
            until = now + timedelta(seconds=CLAIM_SECONDS)
            free = Q(refresh_token_claimed_until=None) | Q(refresh_token_claimed_until__lte=now)
            mine = SigninSession.objects.filter(free, uuid=self.session_id, ended_at=None)
            if mine.update(refresh_token_claimed_until=until):
                self._claim = until
                return
            if waited >= self._patience:
                raise SubjectBusy("the refresh token is in use by another worker")
            self._sleep(POLL_SECONDS)
            waited += POLL_SECONDS


def has_fresh_id_token(session: SigninSession) -> bool:
    """Long enough to live that it does not expire on the way (ID-JAG §4.3.3 has the IdP check ``exp``)."""
    worth_it = timezone.now() + timedelta(seconds=settings.SUBJECT_TOKEN_MIN_LIFETIME)
    return bool(session.sealed_id_token) and session.id_token_expires_at >= worth_it


def _open(session: SigninSession, kind: str) -> str:
    return sealing.unseal(getattr(session, f"sealed_{kind}"), owner=session.owner_of(kind))

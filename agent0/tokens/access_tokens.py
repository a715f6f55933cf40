"""The cache of access tokens that ``xaa.client`` asks for: sealed, one per (sign-in session, resource,
scope).

In the flow: a second action within five minutes needs no ID-JAG. The rows hang on the sign-in session and go
with it; nothing is kept for a session that has ended, even if its worker is only now coming back with a
token.

Deliberately does not: serve another session than the one it was made for, whatever key it is asked with.
"""

import uuid
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from agent0.tokens import retired, sealing
from agent0.tokens.models import CachedAccessToken, SigninSession
from agent0.tokens.sessions import SigninEnded, load_live_session
from xaa.client import AccessToken, TokenKey
from xaa.fingerprint import fingerprint


class SealedTokenCache:
    """``xaa.client.TokenCache`` of one sign-in session of one user (OpenID Connect Back-Channel Logout §2.7)."""

    def __init__(self, *, session_id: uuid.UUID, user_id: int) -> None:
        self.session_id = session_id
        self.user_id = user_id

    def load(self, key: TokenKey) -> AccessToken:
        session = load_live_session(self.session_id, user_id=self.user_id)
        row = self._rows(key).first()
        if row is None:
            raise KeyError(key)
        try:
            value = sealing.unseal(row.sealed_token, owner=_owner(session, key))
        except sealing.TokenUnreadable as error:
            raise KeyError(key) from error
        return AccessToken(
            value=value,
            scope=tuple(row.granted_scope.split()),
            resource=tuple(row.granted_resource.split()),
            expires_at=row.expires_at.timestamp(),
            details=tuple(row.granted_details),
        )

    def keep(self, key: TokenKey, token: AccessToken) -> None:
        """Raises ``SigninEnded`` when the person signed out meanwhile; the token came too late and is revoked."""
        try:
            self._keep(key, token)
        except SigninEnded:
            retired.retire_access_token(token.value, until=datetime.fromtimestamp(token.expires_at, UTC))
            raise

    @transaction.atomic
    def _keep(self, key: TokenKey, token: AccessToken) -> None:
        """The lock makes it one or the other: the session is live and gets it, or has ended and does not."""
        SigninSession.objects.select_for_update().filter(uuid=self.session_id).first()
        session = load_live_session(self.session_id, user_id=self.user_id)
        CachedAccessToken.objects.update_or_create(
            session=session,
            resource=key.resource,
            scope=" ".join(key.scope),
            details=key.details,
            defaults={
                "sealed_token": sealing.seal(token.value, owner=_owner(session, key)),
                "granted_scope": " ".join(token.scope),
                "granted_resource": " ".join(token.resource),
                "granted_details": list(token.details),
                "fingerprint": fingerprint(token.value),
                "issued_at": timezone.now(),
                "expires_at": datetime.fromtimestamp(token.expires_at, UTC),
            },
        )

    def drop(self, key: TokenKey) -> None:
        self._rows(key).delete()

    def _rows(self, key: TokenKey):
        if key.user != str(self.session_id):
            raise ValueError("expected the key of this sign-in session, found another's")
        mine = CachedAccessToken.objects.filter(session_id=self.session_id, session__user_id=self.user_id)
        return mine.filter(resource=key.resource, scope=" ".join(key.scope), details=key.details)


def _owner(session: SigninSession, key: TokenKey) -> str:
    return session.owner_of_access_token(key.resource, " ".join(key.scope), key.details)

"""An ID-JAG that the resource app had no time to look at, sealed, until its Run comes again.

In the flow: the answer 429 says "not so many", and nothing of the request was done (RFC 6585 §4). So the ID-JAG
is not spent, and the IdP, which may count those that it issues, need not be asked the same once more. The next
attempt of the same Run takes it, if it still lives.

Deliberately does not: serve another Run. Each request of a person's begins with a question to the IdP
(docs/decisions/0005), and this one has been answered for this Run alone.
"""

import uuid
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet

from agent0.tokens import sealing
from agent0.tokens.models import SigninSession, UnspentIdJag
from agent0.tokens.sessions import load_live_session
from xaa.client import IssuedIdJag, TokenKey


class SealedIdJags:
    """``xaa.client.UnspentIdJags`` of one Run."""

    def __init__(self, *, run_id: uuid.UUID, session_id: uuid.UUID, user_id: int) -> None:
        self.run_id = run_id
        self.session_id = session_id
        self.user_id = user_id

    def take(self, key: TokenKey) -> IssuedIdJag:
        session = load_live_session(self.session_id, user_id=self.user_id)
        row = self._rows(key).first()
        if row is None or not UnspentIdJag.objects.filter(pk=row.pk).delete()[0]:
            raise KeyError(key)
        try:
            assertion = sealing.unseal(row.sealed_id_jag, owner=self._owner(session, key))
        except sealing.TokenUnreadable as error:
            raise KeyError(key) from error
        return IssuedIdJag(
            assertion=assertion,
            audience=row.audience,
            scope=tuple(row.granted_scope.split()),
            resource=tuple(row.granted_resource.split()),
            expires_at=row.expires_at.timestamp(),
            details=tuple(row.granted_details),
        )

    @transaction.atomic
    def keep(self, key: TokenKey, id_jag: IssuedIdJag) -> None:
        """Raises ``SigninEnded`` when the person signed out meanwhile: then nothing of hers is kept."""
        SigninSession.objects.select_for_update().filter(uuid=self.session_id).first()
        session = load_live_session(self.session_id, user_id=self.user_id)
        UnspentIdJag.objects.update_or_create(
            run=self.run_id,
            resource=key.resource,
            scope=" ".join(key.scope),
            details=key.details,
            defaults={
                "session": session,
                "audience": id_jag.audience,
                "sealed_id_jag": sealing.seal(id_jag.assertion, owner=self._owner(session, key)),
                "granted_scope": " ".join(id_jag.scope),
                "granted_resource": " ".join(id_jag.resource),
                "granted_details": list(id_jag.details),
                "expires_at": datetime.fromtimestamp(id_jag.expires_at, UTC),
            },
        )

    def _rows(self, key: TokenKey) -> QuerySet[UnspentIdJag]:
        if key.user != str(self.session_id):
            raise ValueError("expected the key of this sign-in session, found another's")
        mine = UnspentIdJag.objects.filter(run=self.run_id, session_id=self.session_id)
        return mine.filter(resource=key.resource, scope=" ".join(key.scope), details=key.details)

    def _owner(self, session: SigninSession, key: TokenKey) -> str:
        asked = filter(None, (str(self.run_id), key.resource, " ".join(key.scope), key.details))
        return session.owner_of(" ".join(("id_jag", *asked)))

"""The tokens of a sign-in that has ended, kept sealed until their servers have heard that it is over (RFC 7009).

In the flow: ending a session forgets its tokens in one transaction, and the same transaction leaves those that
still open something in ``RetiredToken`` rows. ``agent0.jobs.revocation`` takes it from there. So a server that
is dead or slow holds up nobody who signs out, no token travels through the broker, and a worker killed halfway
leaves the row for the next.

A row lives for minutes: until it is revoked, refused, or pointless because the token has expired anyway.

Deliberately does not: keep a copy that could be used again. It is sealed anew, for its row, and opens for no
session. Nor an ID Token: no server revokes one; it ends with the sign-in at the IdP.
"""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from agent0.connections import is_served
from agent0.tokens import sealing
from agent0.tokens.models import RetiredToken, SigninSession

RETRY_SECONDS: Final = 30
"""Between two attempts; also the claim of the worker that makes one, which takes less."""
REFRESH_TOKEN_SECONDS: Final = 3600
"""How long it is worth trying to revoke a refresh token: past this the IdP's own limits have to do."""


def retire_refresh_token(session: SigninSession, now: datetime) -> None:
    """Part of ending ``session``, before its tokens are forgotten, under its lock.

    One of an IdP that the settings name no more is only forgotten: no other server is to see it.
    """
    if not is_served(session.issuer):
        return
    refresh_token = _open(session.sealed_refresh_token, session.owner_of("refresh_token"))
    until = now + timedelta(seconds=REFRESH_TOKEN_SECONDS)
    retire("refresh_token", refresh_token, issuer=session.issuer, until=until)


def retire_access_tokens(session: SigninSession, now: datetime) -> None:
    """The same for those that still live, and are for an API that the settings still name."""
    ours = (settings.RESOURCE, settings.MCP_RESOURCE)
    for row in session.access_tokens.filter(expires_at__gt=now, resource__in=ours):
        owner = session.owner_of_access_token(row.resource, row.scope, row.details)
        retire_access_token(_open(row.sealed_token, owner), until=row.expires_at)


def retire_access_token(token: str, *, until: datetime) -> None:
    retire("access_token", token, issuer=settings.RESOURCE_AS_ISSUER, until=until)


def retire(kind: str, token: str, *, issuer: str, until: datetime) -> None:
    """Have ``token`` revoked soon at its ``issuer``, if there is one; give up at ``until``."""
    if not token:
        return
    row = RetiredToken(uuid=uuid.uuid4(), kind=kind, issuer=issuer, give_up_at=until)
    row.sealed_token = sealing.seal(token, owner=row.owner)
    row.save(force_insert=True)


def claim_due(now: datetime) -> list[uuid.UUID]:
    """The rows whose turn it is, each for one caller: the UPDATE decides between two."""
    RetiredToken.objects.filter(give_up_at__lte=now).delete()
    due = RetiredToken.objects.filter(due_at__lte=now).order_by("due_at")
    later = now + timedelta(seconds=RETRY_SECONDS)
    return [
        row_id
        for row_id in list(due.values_list("uuid", flat=True)[:100])
        if RetiredToken.objects.filter(uuid=row_id, due_at__lte=now).update(due_at=later)
    ]


def put_off(issuer: str, now: datetime) -> None:
    """All that go to a server that did not answer: it costs one attempt in a while, not one a row."""
    later = now + timedelta(seconds=RETRY_SECONDS)
    RetiredToken.objects.filter(issuer=issuer, due_at__lt=later).update(due_at=later)


def open_token(row: RetiredToken) -> str:
    return _open(row.sealed_token, row.owner)


def _open(sealed: str, owner: str) -> str:
    """What cannot be opened any more cannot be revoked, and must not keep a sign-in from ending."""
    try:
        return sealing.unseal(sealed, owner=owner)
    except sealing.TokenUnreadable:
        return ""

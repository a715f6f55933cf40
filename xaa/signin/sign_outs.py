"""What a logout at the IdP has taken back: all that it vouched for before, of anybody that it names.

In the flow the token store of a resource app remembers each logout here, and its subject resolver refuses an
ID-JAG from before it (OpenID Connect Back-Channel Logout §2.7). Access tokens can be deleted and sessions ended;
an ID-JAG that an app still holds can only be recognised when it comes.

Deliberately does not: ask whether the person has an account. Whoever has none may be given one by the very ID-JAG
that is over, or be known by another name.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet, Subquery
from django.utils import timezone

from xaa.signin.models import SignOut

KEPT: Final = timedelta(days=1)
"""Longer than any ID-JAG is good for, however generous a connection is."""


def remember_sign_outs(issuer: str, subjects: Iterable[str], *, at: datetime) -> None:
    """The latest counts: logouts may arrive in another order. Old ones are swept on the way."""
    SignOut.objects.filter(at__lt=timezone.now() - KEPT).delete()
    for subject in subjects:
        row, is_new = SignOut.objects.get_or_create(issuer=issuer, subject=subject, defaults={"at": at})
        if not is_new:
            SignOut.objects.filter(pk=row.pk, at__lt=at).update(at=at)


def load_sign_out(issuer: str, subject: str) -> datetime | None:
    return SignOut.objects.filter(issuer=issuer, subject=subject).values_list("at", flat=True).first()


def with_sign_out(rows: QuerySet[Any], *, issuer: str, subject: str) -> QuerySet[Any]:
    """``rows``, each with ``signed_out_at`` of this one person: no statement more where they are read anyway."""
    found = SignOut.objects.filter(issuer=issuer, subject=subject).values("at")
    annotated: QuerySet[Any] = rows.annotate(signed_out_at=Subquery(found[:1]))
    return annotated

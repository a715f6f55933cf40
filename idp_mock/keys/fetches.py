"""Who read the enterprise's keys last, so that an admin sees who would miss a change.

In the flow the JWKS is what every token's reader stands on, and each reader keeps a copy. Nobody can say what is
in a copy; when it was made, and of which state of the keys, is known here.

Deliberately does not: keep a history, or hold up the answer. One row a program, written at most once a minute
while the keys stay the same; the oldest give way, because the address and the name are the program's own words.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import DatabaseError

from idp_mock.directory.models import Enterprise
from idp_mock.keys.models import KeyFetch

AT_MOST = 50
"""Programs an enterprise. Anybody can invent one, so the list is bounded, and no proof of who did not come."""
NOT_AGAIN_FOR = timedelta(minutes=1)
log = logging.getLogger("idp_mock.keys")


def note_fetch(enterprise: Enterprise, origin: Mapping[str, str], *, now: datetime) -> None:
    """One statement when the program was here within the minute and has these keys; never an error."""
    address, user_agent = origin.get("address", "")[:45], origin.get("user_agent", "")
    digest = hashlib.sha256(f"{address}\n{user_agent}".encode()).hexdigest()
    try:
        known = KeyFetch.objects.filter(enterprise=enterprise, digest=digest).first()
        if known and known.keyring == enterprise.keyring and now - known.at < NOT_AGAIN_FOR:
            return
        fetch = KeyFetch(
            enterprise=enterprise,
            digest=digest,
            address=address,
            user_agent=user_agent,
            at=now,
            keyring=enterprise.keyring,
        )
        write(fetch)
        if known is None:
            forget_oldest(enterprise)
    except DatabaseError:
        log.exception("A fetch of the keys was not noted. The keys were served all the same.")


def write(fetch: KeyFetch) -> None:
    """Insert or update in one statement, so that two at once make one row."""
    KeyFetch.objects.bulk_create(
        [fetch], update_conflicts=True, unique_fields=["enterprise", "digest"], update_fields=["at", "keyring"]
    )


def forget_oldest(enterprise: Enterprise) -> None:
    kept = KeyFetch.objects.filter(enterprise=enterprise).order_by("-at", "-pk")[:AT_MOST]
    KeyFetch.objects.filter(enterprise=enterprise).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()

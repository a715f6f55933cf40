"""A token bucket that all processes share: one statement takes a token, or says how long until there is one.

A bucket is one number, the moment at which it is full again: taking a token moves that on by ``spacing``, and it
may lie at most ``burst`` of them ahead. In whole microseconds, so both databases count alike and none is lost or
made in rounding. The database's lock on the row makes it exact, whoever else takes one at the same moment.

The time is the caller's. The number never goes back, so of several machines one whose clock is behind waits longer
than it need, and all of them together still get no more than the limit.

Deliberately does not: queue anybody. Nor decide who shares a bucket; but only those who have authenticated should,
or a stranger could empty it.
"""

import math
from dataclasses import dataclass
from typing import Final

from django.db import connections, router

from xaa.throttle.allowance import SECOND, Allowance
from xaa.throttle.models import Bucket
from xaa.throttle.subject import Subject, digest_of

_TAKE: Final = """
INSERT INTO {table} ({digest}, {full_at}, {refused}) VALUES (%(digest)s, %(at)s + %(spacing)s, 0)
ON CONFLICT ({digest}) DO UPDATE SET
    {full_at} = CASE WHEN [moved on] <= [latest] THEN [moved on] ELSE {table}.{full_at} END,
    {refused} = CASE WHEN [moved on] <= [latest] THEN 0 ELSE {table}.{refused} + 1 END
RETURNING {full_at}, {refused}, {spacing}, {burst}
""".replace(
    "[moved on]",
    "CASE WHEN {table}.{full_at} > %(at)s THEN {table}.{full_at} ELSE %(at)s END"
    " + COALESCE({table}.{spacing}, %(spacing)s)",
).replace("[latest]", "%(at)s + COALESCE({table}.{spacing}, %(spacing)s) * COALESCE({table}.{burst}, %(burst)s)")


@dataclass(frozen=True)
class Taken:
    """What came of it. ``wait`` is whole seconds until the next may come, 0 for whoever got a token now.

    ``refused`` counts those in a row that got none. Of ``limit`` at once ``remaining`` are left; ``full_at`` is
    when all of them will be, in seconds since 1970.
    """

    wait: int
    refused: int
    limit: int
    remaining: int
    full_at: int

    @property
    def headers(self) -> dict[str, str]:
        """As Auth0 names them; ``Retry-After`` is RFC 9110 §10.2.3."""
        found = {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(self.remaining)}
        found |= {"X-RateLimit-Reset": str(self.full_at)}
        return found | ({"Retry-After": str(self.wait)} if self.wait else {})


def take(subject: Subject, configured: Allowance, *, now: float) -> Taken:
    """A token from the bucket of ``subject``, whose row may have an allowance of its own (``set_allowance``)."""
    at = round(now * SECOND)
    connection = connections[router.db_for_write(Bucket)]
    quote = connection.ops.quote_name
    names = {name: quote(name) for name in ("digest", "full_at", "refused", "spacing", "burst")}  # Django's own
    values: dict[str, int | str] = {
        "digest": digest_of(subject),
        "at": at,
        "spacing": configured.spacing,
        "burst": configured.burst,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(table=quote(Bucket._meta.db_table), **names), values)
        full_at, refused, spacing, burst = cursor.fetchone()
    return _read(full_at, refused, Allowance(spacing or configured.spacing, burst or configured.burst), at)


def set_allowance(subject: Subject, allowance: Allowance | None) -> None:
    """An admin's own for this bucket, which is full then; None: as configured."""
    own = {"spacing": allowance and allowance.spacing, "burst": allowance and allowance.burst}
    Bucket.objects.update_or_create(digest=digest_of(subject), defaults={**own, "full_at": 0, "refused": 0})


def _read(full_at: int, refused: int, allowance: Allowance, at: int) -> Taken:
    spacing, burst = allowance.spacing, allowance.burst
    next_at = full_at - spacing * (burst - 1)
    return Taken(
        wait=max(1, math.ceil((next_at - at) / SECOND)) if refused else 0,
        refused=refused,
        limit=burst,
        remaining=0 if refused else (at + spacing * burst - full_at) // spacing,
        full_at=math.ceil(full_at / SECOND),
    )

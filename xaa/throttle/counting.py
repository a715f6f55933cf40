"""The counter: one statement adds one, whoever else counts at the same moment, and says how many it makes.

A window begins with the first failure and lasts ``WINDOW`` seconds; the next failure after it begins another. The
database counts, because a cache in one process sees a part of the attempts, and one in files loses some of them.

Deliberately does not: decide what is counted, or refuse anything. Whoever counts knows what a refusal would
cost, and whom (``Limit``).
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connections, router
from django.utils import timezone

from xaa.throttle.models import FailedAttempts
from xaa.throttle.subject import Subject, digest_of

WINDOW: Final = 60
_ADD = """
INSERT INTO {table} ({digest}, {count}, {ends_at}) VALUES {rows}
ON CONFLICT ({digest}) DO UPDATE SET
    {count} = CASE WHEN {table}.{ends_at} <= %s THEN 1 ELSE {table}.{count} + 1 END,
    {ends_at} = CASE WHEN {table}.{ends_at} <= %s THEN excluded.{ends_at} ELSE {table}.{ends_at} END
RETURNING {digest}, {count}, {ends_at}
"""


@dataclass(frozen=True)
class Limit:
    """At most ``failures`` a window of ``subject``: the parts that together say who is counted, and as what."""

    subject: Subject
    failures: int

    @property
    def digest(self) -> str:
        return digest_of(self.subject)


def count_failure(*limits: Limit) -> int:
    """Add one to each, in one statement; seconds until the last of those now exceeded ends, or 0 when none is.

    Now and then it sweeps what has ended: for one new row in 256, by its digest, so that no failure costs much.
    """
    now, allowed = timezone.now(), {limit.digest: limit.failures for limit in limits}
    counted = _add_one(sorted(allowed), now)  # in one order, so that two statements never wait for one another
    if any(count == 1 and digest.startswith("00") for digest, count, _ in counted):
        FailedAttempts.objects.filter(ends_at__lt=now - timedelta(seconds=WINDOW)).delete()
    return _wait([ends_at for digest, count, ends_at in counted if count > allowed[digest]], now)


def find_wait(*limits: Limit) -> int:
    """Seconds to wait before the next attempt is worth looking at; 0 when it may come now. One statement."""
    now, allowed = timezone.now(), {limit.digest: limit.failures for limit in limits}
    rows = FailedAttempts.objects.filter(digest__in=allowed, ends_at__gt=now)
    return _wait([row.ends_at for row in rows if row.count >= allowed[row.digest]], now)


def _wait(ends: list[datetime], now: datetime) -> int:
    return max((math.ceil((end - now).total_seconds()) for end in ends), default=0)


def _add_one(digests: list[str], now: datetime) -> list[tuple[str, int, datetime]]:
    connection = connections[router.db_for_write(FailedAttempts)]
    quote, adapt = connection.ops.quote_name, connection.ops.adapt_datetimefield_value
    names = {name: quote(name) for name in ("digest", "count", "ends_at")}  # Django's own, quoted
    rows = ", ".join(["(%s, 1, %s)"] * len(digests))
    statement = _ADD.format(table=quote(FailedAttempts._meta.db_table), rows=rows, **names)
    end = adapt(now + timedelta(seconds=WINDOW))
    values = [value for digest in digests for value in (digest, end)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, adapt(now), adapt(now)])
        return [(digest, count, _read_time(ends_at)) for digest, count, ends_at in cursor.fetchall()]


def _read_time(value: datetime | str) -> datetime:
    """SQLite has no times: it returns the text that was stored, which is in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if timezone.is_aware(value) else value.replace(tzinfo=timezone.get_default_timezone())

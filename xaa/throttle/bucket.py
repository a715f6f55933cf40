"""A token bucket that all processes share: one statement takes a token, or says how long until there is one.

A bucket is one number, the moment at which it is full again: taking a token moves that on by ``spacing``, and it
may lie at most ``burst`` of them ahead. In whole microseconds, so both databases count alike and none is lost or
made in rounding. The database's lock on the row makes it exact, whoever else takes one at the same moment. Of two
buckets in one statement the narrow one is locked first, so its verdict still holds when the wide one is asked.

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

_MOVED_ON: Final = "CASE WHEN {table}.{full_at} > %(at)s THEN {table}.{full_at} ELSE %(at)s END + [spacing]"
_FITS: Final = f"{_MOVED_ON} <= %(at)s + [spacing] * [burst]"
_ONE: Final = "VALUES (%(digest)s, %(at)s + %(spacing)s, 0)"
_BOTH: Final = """
SELECT %(narrow)s, %(at)s + %(narrow_spacing)s, 0 FROM come UNION ALL
SELECT %(digest)s, %(at)s + %(spacing)s, 0 FROM come WHERE come.fits
"""
_COME: Final = """
WITH come AS MATERIALIZED (SELECT COALESCE((
    SELECT [fits] FROM {table} WHERE {table}.{digest} = %(narrow)s {lock}
), TRUE) AS fits)
"""
_TAKE: Final = """
INSERT INTO {table} ({digest}, {full_at}, {refused}) [rows]
ON CONFLICT ({digest}) DO UPDATE SET
    {full_at} = CASE WHEN [fits] THEN [moved on] ELSE {table}.{full_at} END,
    {refused} = CASE WHEN [fits] THEN 0 ELSE {table}.{refused} + 1 END
RETURNING {digest}, {full_at}, {refused}, {spacing}, {burst}
"""


def _spell_out(statement: str, rows: str) -> str:
    """A row's own numbers, if it has some, and else those of whichever of the two buckets it is."""
    statement = statement.replace("[rows]", rows).replace("[fits]", _FITS).replace("[moved on]", _MOVED_ON)
    for name in ("spacing", "burst"):
        usual = f"CASE WHEN {{table}}.{{digest}} = %(narrow)s THEN %(narrow_{name})s ELSE %({name})s END"
        statement = statement.replace(f"[{name}]", f"COALESCE({{table}}.{{{name}}}, {usual})")
    return statement


_TAKE_ONE: Final = _spell_out(_TAKE, _ONE)
_TAKE_BOTH: Final = _spell_out(_COME + _TAKE, _BOTH)


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
    return _ask(_TAKE_ONE, now, wide=(subject, configured))[0]


def take_both(narrow: tuple[Subject, Allowance], wide: tuple[Subject, Allowance], *, now: float) -> list[Taken]:
    """A token from each, in one statement; of ``wide`` only if ``narrow`` has one. What came of those asked.

    The first statement ever that asks for ``narrow`` finds no row to lock. Of several at once, the others may then
    cost ``wide`` a token each for which they are refused: too few in that moment, and never too many.
    """
    return _ask(_TAKE_BOTH, now, narrow=narrow, wide=wide)


def _ask(
    statement: str,
    now: float,
    *,
    wide: tuple[Subject, Allowance],
    narrow: tuple[Subject, Allowance] = ((), Allowance(0, 0)),
) -> list[Taken]:
    at, buckets = round(now * SECOND), {digest_of(subject): allowance for subject, allowance in (narrow, wide)}
    connection = connections[router.db_for_write(Bucket)]
    quote, features = connection.ops.quote_name, connection.features
    names = {name: quote(name) for name in ("digest", "full_at", "refused", "spacing", "burst")}  # Django's own
    # SQLite has no such lock: whoever writes has the whole database.
    names["lock"] = connection.ops.for_update_sql() if features.has_select_for_update else ""
    values: dict[str, int | str] = {"at": at}
    for prefix, (digest, allowance) in zip(("narrow_", ""), buckets.items(), strict=True):
        values |= {f"{prefix}spacing": allowance.spacing, f"{prefix}burst": allowance.burst}
        values[prefix.rstrip("_") or "digest"] = digest
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=quote(Bucket._meta.db_table), **names), values)
        found = {row[0]: row for row in cursor.fetchall()}
    return [_read(found[digest], usual, at) for digest, usual in buckets.items() if digest in found]


def set_allowance(subject: Subject, allowance: Allowance | None) -> None:
    """An admin's own for this bucket, which is full then; None: as configured."""
    own = {"spacing": allowance and allowance.spacing, "burst": allowance and allowance.burst}
    Bucket.objects.update_or_create(digest=digest_of(subject), defaults={**own, "full_at": 0, "refused": 0})


def _read(row: tuple[str, int, int, int | None, int | None], usual: Allowance, at: int) -> Taken:
    _, full_at, refused, spacing, burst = row
    spacing, burst = spacing or usual.spacing, burst or usual.burst
    next_at = full_at - spacing * (burst - 1)
    return Taken(
        wait=max(1, math.ceil((next_at - at) / SECOND)) if refused else 0,
        refused=refused,
        limit=burst,
        remaining=0 if refused else (at + spacing * burst - full_at) // spacing,
        full_at=math.ceil(full_at / SECOND),
    )

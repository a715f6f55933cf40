"""Single use: claim the ``jti`` of an ID-JAG, a DPoP proof or a client assertion once, across all processes.

RFC 7523 §3 (7) leaves tracking ``jti`` to the server, and the draft lets a client re-submit (ID-JAG §4.4.3).
Single use is our default: whoever copies an ID-JAG from a log then holds something already spent.

The claim is one INSERT that either adds the row or does not: of any number of racing requests exactly one wins.
Looking first and inserting afterwards lets several through.

Deliberately does not: use a cache. A replay store that can be evicted or that one process cannot see is none.
"""

import datetime
import hashlib

from django.db import connections, router
from django.db.models.constants import OnConflict
from django.utils import timezone

from xaa.dpop import Proof
from xaa.jwt_bearer.models import RedeemedIdJag, UsedClientAssertion, UsedProof

Remembered = type[RedeemedIdJag] | type[UsedProof] | type[UsedClientAssertion]


def claim(*, issuer: str, jti: str, keep_until: float) -> bool:
    """Whether this call is the first to claim (``issuer``, ``jti``). ``keep_until``: seconds since the epoch."""
    return _insert_once(RedeemedIdJag, _digest(issuer, jti), keep_until)


def claim_proof(proof: Proof, *, keep_until: float) -> bool:
    """Whether this call is the first to claim a DPoP proof (RFC 9449 §11.1)."""
    return _insert_once(UsedProof, proof.digest, keep_until)


def claim_client_assertion(client_id: str, jti: str, keep_until: float) -> bool:
    """Whether this call is the first to claim a client assertion (RFC 7523 §3 (7))."""
    return _insert_once(UsedClientAssertion, _digest(client_id, jti), keep_until)


def forget_expired(*, batch: int = 1000) -> int:
    """Delete rows whose time claims refuse anyway, ``batch`` at a time so that nobody waits long for a lock."""
    return sum(_forget_expired(model, batch) for model in (RedeemedIdJag, UsedProof, UsedClientAssertion))


def _digest(issuer: str, jti: str) -> str:
    """The length keeps two pairs that run together into one text apart."""
    return hashlib.sha256(f"{len(issuer)}:{issuer}{jti}".encode()).hexdigest()


def _insert_once(model: Remembered, digest: str, keep_until: float) -> bool:
    expires_at = datetime.datetime.fromtimestamp(keep_until, tz=datetime.UTC)
    connection = connections[router.db_for_write(model)]
    insert = connection.ops.insert_statement(on_conflict=OnConflict.IGNORE)
    fields = model._meta.local_concrete_fields
    ignore = connection.ops.on_conflict_suffix_sql(fields, OnConflict.IGNORE, [], [])
    table, *columns = map(connection.ops.quote_name, (model._meta.db_table, "digest", "expires_at"))
    with connection.cursor() as cursor:
        cursor.execute(  # names are Django's own, quoted; the values travel as parameters
            f"{insert} {table} ({', '.join(columns)}) VALUES (%s, %s) {ignore}",
            [digest, connection.ops.adapt_datetimefield_value(expires_at)],
        )
        return bool(cursor.rowcount == 1)


def _forget_expired(model: Remembered, batch: int) -> int:
    stale = model.objects.filter(expires_at__lt=timezone.now()).values_list("pk", flat=True)
    forgotten = 0
    while keys := list(stale[:batch]):
        forgotten += model.objects.filter(pk__in=keys).delete()[0]
    return forgotten

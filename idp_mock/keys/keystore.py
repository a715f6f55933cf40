"""The keys of an enterprise as objects, and their rotation.

Parsing a private key costs milliseconds and every token needs one, so a process keeps the objects. What makes
that safe is ``Enterprise.keyring``, a random name for one state of an enterprise's keys: every change draws a new
name, and objects are kept under it. The enterprise's row is read in every request anyway, so a token path spends
no statement on keys, and a rotation counts in every process from the next request on.

Deliberately does not: guess a key from a token. Only the enterprise's own keys are ever offered for verification.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction

from idp_mock.directory.models import Enterprise
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.keys.sealing import seal, unseal
from xaa import jose

ALGORITHMS = ("ES256", "RS256")
RETIRING_PERIOD = timedelta(minutes=15)  # longer than the longest token we sign lives
PUBLISHED = ("next", "active", "retiring")
MAX_ANNOUNCED = 2  # an algorithm


class NoSigningKey(LookupError):
    """The enterprise has no active key for this algorithm. Run the seed, or ``create_keys``."""


class KeyChangeRefused(Exception):
    """These keys cannot be changed in this way. The text says why, for the admin."""


@dataclass(frozen=True)
class Keyring:
    """One state of an enterprise's keys."""

    active: Mapping[str, jose.SigningKey]
    jwks: Mapping[str, object]
    published: jose.KeySet
    known: jose.KeySet


def load_active_key(enterprise: Enterprise) -> jose.SigningKey:
    """The key that signs what has no algorithm of its own agreed, such as an ID-JAG."""
    return load_signing_key(enterprise, alg=ALGORITHMS[0])


def load_signing_key(enterprise: Enterprise, *, alg: str) -> jose.SigningKey:
    try:
        return load_keyring(enterprise).active[alg]
    except KeyError as error:
        raise NoSigningKey(f"{enterprise.slug} has no active {alg} key.") from error


def load_published_keys(enterprise: Enterprise) -> jose.KeySet:
    """The keys in the JWKS: what a token that still counts can be signed with."""
    return load_keyring(enterprise).published


def load_hint_keys(enterprise: Enterprise) -> jose.KeySet:
    """Retired keys too, for ``id_token_hint`` alone."""
    return load_keyring(enterprise).known


def load_jwks(enterprise: Enterprise) -> Mapping[str, object]:
    return load_keyring(enterprise).jwks


def load_keyring(enterprise: Enterprise) -> Keyring:
    return _load_keyring(enterprise.pk, enterprise.keyring)


@lru_cache(maxsize=256)
def _load_keyring(enterprise_id: int, keyring: str) -> Keyring:
    """``keyring`` is part of the cache's key and of nothing else."""
    records = list(SigningKeyRecord.objects.filter(enterprise_id=enterprise_id).order_by("pk"))
    published = {"keys": [record.public_jwk for record in records if record.status in PUBLISHED]}
    known = {"keys": [record.public_jwk for record in records]}
    active = {
        record.alg: jose.load_signing_key(unseal(record.private_pem), alg=record.alg, kid=record.kid)
        for record in records
        if record.status == SigningKeyRecord.Status.ACTIVE
    }
    return Keyring(active, published, jose.KeySet.from_jwks(published), jose.KeySet.from_jwks(known))


@transaction.atomic
def create_keys(enterprise: Enterprise, *, now: datetime, algorithms: tuple[str, ...] = ALGORITHMS) -> None:
    """The first keys of an enterprise: one that signs and one announced, for each algorithm."""
    for alg in algorithms:
        _create_key(enterprise, alg, status=SigningKeyRecord.Status.ACTIVE, now=now)
        _create_key(enterprise, alg, status=SigningKeyRecord.Status.NEXT, now=now)
    rename_keyring(enterprise)


@transaction.atomic
def rotate(enterprise: Enterprise, *, now: datetime, hard: bool = False) -> None:
    """Let the announced keys sign, keep the old ones published until their last token expired, announce new ones.

    ``hard`` is for a leaked key: the old ones leave the JWKS at once, and every token they signed with them. It
    waits for no announcement, so a key that was withdrawn does not stand in its way.
    """
    records = SigningKeyRecord.objects.select_for_update().filter(enterprise=enterprise)
    old = records.filter(status="active")
    algorithms = sorted(set(old.values_list("alg", flat=True)))
    for alg in algorithms:
        if not records.filter(status="next", alg=alg).exists():
            if not hard:
                raise KeyChangeRefused(f"No {alg} key is announced. Announce one, and rotate when all have it.")
            _create_key(enterprise, alg, status=SigningKeyRecord.Status.NEXT, now=now)
    if hard:
        records.filter(status__in=("active", "retiring")).update(status="retired", retired_at=now)
    else:
        records.filter(status="retiring", retiring_at__lte=now - RETIRING_PERIOD).update(
            status="retired", retired_at=now
        )
        old.update(status="retiring", retiring_at=now)
    for alg in algorithms:
        announced = records.filter(status="next", alg=alg).order_by("pk")
        records.filter(pk=announced[0].pk).update(status="active", activated_at=now)
        if not announced.exists():
            _create_key(enterprise, alg, status=SigningKeyRecord.Status.NEXT, now=now)
    rename_keyring(enterprise)


@transaction.atomic
def announce(enterprise: Enterprise, alg: str, *, now: datetime) -> None:
    """Publish one more key that does not sign yet. Bounded: every reader of the JWKS pays for each."""
    announced = SigningKeyRecord.objects.filter(enterprise=enterprise, alg=alg, status="next")
    if announced.count() >= MAX_ANNOUNCED:
        raise KeyChangeRefused(f"{MAX_ANNOUNCED} {alg} keys are announced already. Rotate, or retire one of them.")
    _create_key(enterprise, alg, status=SigningKeyRecord.Status.NEXT, now=now)
    rename_keyring(enterprise)


@transaction.atomic
def retire(record: SigningKeyRecord, *, now: datetime) -> None:
    """Take a key out of the JWKS that does not sign: one announced, or one whose last tokens are expiring."""
    if record.status not in ("next", "retiring"):
        raise KeyChangeRefused("A key that signs is replaced by a rotation; it cannot just be taken away.")
    record.status, record.retired_at = SigningKeyRecord.Status.RETIRED, now
    record.save(update_fields=["status", "retired_at"])
    rename_keyring(record.enterprise)


def _create_key(enterprise: Enterprise, alg: str, *, status: str, now: datetime) -> None:
    key = jose.generate_signing_key(alg)
    SigningKeyRecord.objects.create(
        enterprise=enterprise,
        kid=key.kid,
        alg=alg,
        public_jwk=jose.public_jwk(key),
        private_pem=seal(jose.dump_private_pem(key)),
        status=status,
        created_at=now,
        activated_at=now if status == SigningKeyRecord.Status.ACTIVE else None,
    )


def rename_keyring(enterprise: Enterprise) -> None:
    enterprise.keyring = secrets.token_hex(16)
    enterprise.save(update_fields=["keyring"])

"""What the IdP sees to when the world is reset: an enterprise keeps the keys that it was given, and nothing else.

Deliberately does not: make new keys. Everybody has cached the present ones, and would refuse what others sign.
"""

from typing import Any, Final

from django.db.models import F
from django.dispatch import receiver

from idp_mock import seed
from idp_mock.directory.client_documents import load_client_directory
from idp_mock.directory.models import Enterprise
from idp_mock.keys.keystore import ALGORITHMS, rename_keyring
from idp_mock.keys.models import SigningKeyRecord
from stage.kit.signals import world_changed, world_emptied

Status = SigningKeyRecord.Status
AS_CREATED: Final = (Status.ACTIVE, Status.NEXT)
"""Of the first keys of an algorithm, in the order in which ``create_keys`` makes them."""


@receiver(world_emptied)
def start_again(**_signal: Any) -> None:
    Enterprise.objects.exclude(slug__in=seed.ENTERPRISES).delete()
    Enterprise.objects.update(cross_app_access_stopped_at=None)
    for enterprise in Enterprise.objects.all():
        restore_keys(enterprise)


def restore_keys(enterprise: Enterprise) -> None:
    """Whoever rotated them in the old world, an admin or a fault (F27, F28): they are as they were made."""
    keys = enterprise.signing_keys.order_by("pk")
    of_each = [keys.filter(alg=alg).values_list("pk", flat=True)[: len(AS_CREATED)] for alg in ALGORITHMS]
    first = {pk: status for pks in of_each for pk, status in zip(pks, AS_CREATED, strict=False)}
    if dict(keys.values_list("pk", "status")) == first:
        return
    keys.exclude(pk__in=first).delete()
    keys.update(status=Status.RETIRED)  # so that at no moment two of an algorithm are active
    for pk, status in first.items():
        signs_since = F("created_at") if status == Status.ACTIVE else None
        keys.filter(pk=pk).update(status=status, activated_at=signs_since, retiring_at=None, retired_at=None)
    rename_keyring(enterprise)


@receiver(world_changed)
def forget(**_signal: Any) -> None:
    load_client_directory.cache_clear()

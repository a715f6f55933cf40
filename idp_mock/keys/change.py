"""An admin's change of keys: over the state she saw, with before and after in the system log.

Deliberately does not: undo. A key that was retired may have leaked, and putting it back would make its forgeries
good again. What a rotation began is mended by the next one.
"""

from collections.abc import Callable

from django.db import transaction

from idp_mock.console.changes import By, StaleVersion, log_change
from idp_mock.directory.models import Enterprise
from idp_mock.keys.models import SigningKeyRecord


@transaction.atomic
def change_keys(
    enterprise: Enterprise, change: Callable[[Enterprise], None], event_type: str, *, keyring: str, by: By
) -> None:
    """Run ``change`` on the keys if they are still in the state named ``keyring``; raises ``StaleVersion``.

    A doubled click so rotates once: the second finds another state.
    """
    locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if locked.keyring != keyring:
        raise StaleVersion
    before = describe(locked)
    change(locked)
    log_change(locked, event_type, summarise(before, describe(locked)), by=by)


def describe(enterprise: Enterprise) -> dict[str, str]:
    """Every key that is known, and its state."""
    keys = SigningKeyRecord.objects.filter(enterprise=enterprise).order_by("alg", "pk")
    return {f"{key.alg} {key.kid[:8]}": key.status for key in keys}


def summarise(before: dict[str, str], after: dict[str, str]) -> str:
    return "; ".join(
        f"{key}: {before.get(key, 'none')} → {state}" for key, state in after.items() if before.get(key) != state
    )

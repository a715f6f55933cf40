"""The kill switch: no app of an enterprise acts for anybody anywhere, from the next exchange on.

In the flow check I9 reads it from the enterprise's row, which every exchange has at hand. The connections keep
their terms, so that taking the switch back brings back exactly what was.

Deliberately does not: reach into resource apps. An access token that was issued before lives until it expires.
"""

from django.db import transaction

from idp_mock.console.changes import By, log_change
from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.models import EVENT_RESUME, EVENT_STOP


@transaction.atomic
def stop(enterprise: Enterprise, *, by: By) -> None:
    set_stopped(enterprise, is_stopped=True, by=by)


@transaction.atomic
def resume(enterprise: Enterprise, *, by: By) -> None:
    set_stopped(enterprise, is_stopped=False, by=by)


def set_stopped(enterprise: Enterprise, *, is_stopped: bool, by: By) -> None:
    """It names the state wanted, so that a doubled click changes nothing, and no version: *stop* must work."""
    locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if (locked.cross_app_access_stopped_at is not None) is is_stopped:
        return
    locked.cross_app_access_stopped_at = by.at if is_stopped else None
    locked.save(update_fields=["cross_app_access_stopped_at"])
    event_type, told = (EVENT_STOP, "allowed → stopped") if is_stopped else (EVENT_RESUME, "stopped → allowed")
    log_change(locked, event_type, f"All cross app access: {told}", by=by)

"""Change the file of an enterprise's domain: over the version it was read at, with a history and a log entry.

In the flow an app that asks for the file is answered with the new text from its next request on.
"""

from django.db import transaction

from idp_mock.console.changes import By, StaleVersion, differences, summarise
from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.models import EVENT_DOMAIN, Event
from idp_mock.systemlog.record import record
from idp_mock.website.models import DomainFile, DomainFileChange

LABELS = {"text": "The file"}


def load_file(enterprise: Enterprise) -> DomainFile:
    """Empty, and in no table, before somebody has filled it."""
    return DomainFile.objects.filter(enterprise=enterprise).first() or DomainFile(enterprise=enterprise)


@transaction.atomic
def save_file(enterprise: Enterprise, text: str, *, version: int, by: By) -> None:
    """Save ``text`` over ``version`` alone; raises ``StaleVersion``. Nothing is written when it is the same."""
    Enterprise.objects.select_for_update().get(pk=enterprise.pk)  # the file may have no row yet
    found = load_file(enterprise)
    if version != found.version:
        raise StaleVersion
    before = describe(found)
    found.text = text
    if describe(found) == before:
        return
    found.version += 1
    found.save()
    change = DomainFileChange.objects.create(
        enterprise=enterprise,
        at=by.at,
        by=by.person,
        by_name=by.name,
        version=found.version,
        before=before,
        after=describe(found),
    )
    record_change(change, by=by)


def describe(found: DomainFile) -> dict[str, str]:
    return {"text": found.text}


def tell_change(change: DomainFileChange) -> list[dict[str, str]]:
    return differences(LABELS, change.before, change.after)


def record_change(change: DomainFileChange, *, by: By) -> None:
    record(
        Event(
            enterprise=change.enterprise,
            at=by.at,
            event_type=EVENT_DOMAIN,
            outcome=Event.Outcome.ALLOWED,
            person_sub=by.sub,
            person_name=by.name,
            reason=summarise(tell_change(change)),
        )
    )

"""The file of an enterprise's domain, as something that an admin changes.

In the flow an app that asks for the file is answered with the new text from its next request on.
"""

from typing import Final

from idp_mock.console.changes import By, Kind, Terms, log_change
from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.models import EVENT_DOMAIN
from idp_mock.website.models import DomainFile, DomainFileChange


def load_file(enterprise: Enterprise) -> DomainFile:
    """Empty, and in no table, before somebody has filled it."""
    return DomainFile.objects.filter(enterprise=enterprise).first() or DomainFile(enterprise=enterprise)


def lock(found: DomainFile, by: By) -> DomainFile:
    """By its enterprise: the file may have no row yet."""
    return load_file(Enterprise.objects.select_for_update().get(pk=found.enterprise_id))


def describe(found: DomainFile) -> dict[str, str]:
    return {"text": found.text}


def write(found: DomainFile, terms: Terms, by: By) -> None:
    found.text = terms["text"]


def log(found: DomainFile, change: DomainFileChange, by: By) -> None:
    log_change(found.enterprise, EVENT_DOMAIN, FILE.summarise(change), by=by)


FILE: Final = Kind("the file", {"text": "The file"}, describe, write, log, lock)

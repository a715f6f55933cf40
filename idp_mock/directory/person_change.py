"""Change a person's status or groups: over the version it was read at, with a row in her history and the log.

In the flow this is the directory's side of token exchange: checks I7 and I10 read these rows at every exchange, so
what is saved here counts from the next one on.

Deliberately does not: end the sessions of somebody suspended. That calls other servers, and so comes after the
transaction (``idp_mock.signin.session_end``).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from idp_mock.console.changes import By, NotUndoable, StaleVersion, differences, summarise
from idp_mock.directory.models import Group, Person, PersonChange
from idp_mock.signin.events import PERSON_REACTIVATE, PERSON_SUSPEND
from idp_mock.systemlog.models import Event
from idp_mock.systemlog.record import record

GROUP_ADD, GROUP_REMOVE = "group.user_membership.add", "group.user_membership.remove"  # Okta's words, both
LABELS = {"status": "Status", "groups": "Groups"}


class OneselfSuspended(Exception):
    """An admin would lock herself out, and perhaps everybody."""


@transaction.atomic
def save_person(
    person: Person,
    terms: Mapping[str, Any],
    *,
    at: datetime,
    by: Person | None,
    version: int | None = None,
    called: str = "",
) -> PersonChange | None:
    """Save ``terms`` (``status``, ``groups``) over ``version``, or any; nothing is written when none differs.

    ``called`` is who did it where that was no person of the directory.
    """
    locked = lock(person, by)
    if version not in (None, locked.version):
        raise StaleVersion
    if by == locked and terms.get("status") == Person.Status.SUSPENDED:
        raise OneselfSuspended
    before, groups = describe(locked), set(locked.groups.all())
    locked.status = terms.get("status", locked.status)
    locked.groups.set(terms.get("groups", groups))
    after = describe(locked)
    if before == after:
        return None
    locked.version += 1
    locked.save(update_fields=["status", "version"])
    person.status, person.version = locked.status, locked.version
    record_change(locked, before, groups ^ set(locked.groups.all()), at=at, by=by, called=called)
    return PersonChange.objects.create(
        person=locked,
        at=at,
        by=by,
        by_name=by.name if by else called,
        version=locked.version,
        before=before,
        after=after,
    )


def lock(person: Person, by: Person | None) -> Person:
    """Both rows, in one order: of two admins who suspend each other at once, the second is an admin no more."""
    rows = Person.objects.select_for_update().filter(pk__in={person.pk, by.pk if by else person.pk})
    locked = {row.pk: row for row in rows.order_by("pk")}
    if by and not (locked[by.pk].is_active and locked[by.pk].is_admin):
        raise PermissionDenied("Whoever asks for this is no longer an active administrator.")
    return locked[person.pk]


def undo(change: PersonChange, *, by: By) -> PersonChange | None:
    """Bring back the state before ``change``, the newest of its person: a later one is never undone with it."""
    groups = Group.objects.filter(enterprise=change.person.enterprise_id, name__in=change.before["groups"])
    if missing := set(change.before["groups"]) - {group.name for group in groups}:
        raise NotUndoable(f"There is no group {', '.join(sorted(missing))} any more.")
    terms = {"status": change.before["status"], "groups": groups}
    return save_person(change.person, terms, at=by.at, by=by.person, version=change.version)


def describe(person: Person) -> dict[str, Any]:
    """What an admin can change of a person, as JSON, for the history."""
    return {"status": str(person.status), "groups": sorted(group.name for group in person.groups.all())}


def tell_change(change: PersonChange) -> list[dict[str, str]]:
    return differences(LABELS, change.before, change.after)


def record_change(
    person: Person,
    before: Mapping[str, Any],
    moved: Iterable[Group],
    *,
    at: datetime,
    by: Person | None,
    called: str,
) -> None:
    """One event for the status, and one for each group joined or left."""
    rows = differences(LABELS, before, describe(person))
    if person.status != before["status"]:
        event_type = PERSON_REACTIVATE if person.is_active else PERSON_SUSPEND
        record_event(person, event_type, summarise(rows[:1]), at=at, by=by, called=called)
    for group in sorted(moved, key=lambda group: group.name):
        event_type = GROUP_REMOVE if group.name in before["groups"] else GROUP_ADD
        reason = f"{group.name}; {summarise(rows[-1:])}"
        record_event(person, event_type, reason, at=at, by=by, called=called)


def record_event(
    person: Person, event_type: str, reason: str, *, at: datetime, by: Person | None, called: str
) -> None:
    record(
        Event(
            enterprise_id=person.enterprise_id,
            at=at,
            event_type=event_type,
            outcome=Event.Outcome.ALLOWED,
            person_sub=person.sub,
            person_name=person.name,
            by_sub=by.sub if by else "",
            by_name=by.name if by else called,
            reason=reason,
        )
    )

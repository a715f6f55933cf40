"""A person's status and groups, as something that an admin changes.

In the flow this is the directory's side of token exchange: checks I7 and I10 read these rows at every exchange, so
what is saved here counts from the next one on.

Deliberately does not: end the sessions of somebody suspended. That calls other servers, and so comes after the
transaction (``idp_mock.signin.session_end``).
"""

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied

from idp_mock.console.changes import By, Kind, NotUndoable, Terms, save
from idp_mock.directory.groups import revive_groups
from idp_mock.directory.models import Person, PersonChange
from idp_mock.signin.events import PERSON_REACTIVATE, PERSON_SUSPEND
from idp_mock.systemlog.models import Event
from idp_mock.systemlog.record import record
from stage.kit.changes import summarise

GROUP_ADD, GROUP_REMOVE = "group.user_membership.add", "group.user_membership.remove"  # Okta's words, both
LABELS: Final = {"status": "Status", "groups": "Groups"}


class OneselfSuspended(NotUndoable):
    """An admin would lock herself out, and perhaps everybody."""

    def __init__(self) -> None:
        super().__init__("You cannot suspend yourself. Another administrator can.")


def save_person(
    person: Person,
    terms: Terms,
    *,
    at: datetime,
    by: Person | None,
    version: int | None = None,
    called: str = "",
) -> PersonChange | None:
    """Save ``terms`` (``status``, ``groups``) over ``version``, or any; nothing is written when none differs.

    ``called`` is who did it where that was no person of the directory.
    """
    change = save(PERSON, person, terms, version=version, by=By(by, at, called))
    if change:
        person.status, person.version = change.after["status"], change.version
    return change


def lock(person: Person, by: By) -> Person:
    """Both rows, in one order: of two admins who suspend each other at once, the second is an admin no more."""
    admin = by.person
    rows = Person.objects.select_for_update().filter(pk__in={person.pk, admin.pk if admin else person.pk})
    locked = {row.pk: row for row in rows.order_by("pk")}
    if admin and not (locked[admin.pk].is_active and locked[admin.pk].is_admin):
        raise PermissionDenied("Whoever asks for this is no longer an active administrator.")
    return locked[person.pk]


def describe(person: Person) -> dict[str, Any]:
    return {"status": str(person.status), "groups": sorted(group.name for group in person.groups.all())}


def write(person: Person, terms: Terms, by: By) -> None:
    if by.person == person and terms.get("status") == Person.Status.SUSPENDED:
        raise OneselfSuspended
    person.status = terms.get("status", person.status)
    if "groups" in terms:
        person.groups.set(terms["groups"])


def revive(person: Person, before: Terms) -> dict[str, Any]:
    return {**before, "groups": revive_groups(person.enterprise, before["groups"])}


def log(person: Person, change: PersonChange, by: By) -> None:
    """One event for the status, and one for each group joined or left."""
    rows = {row["label"]: summarise([row]) for row in PERSON.tell(change)}
    if told := rows.get(LABELS["status"]):
        log_of(person, PERSON_REACTIVATE if person.is_active else PERSON_SUSPEND, told, by=by)
    before = set(change.before["groups"])
    for name in sorted(before ^ set(change.after["groups"])):
        event_type = GROUP_REMOVE if name in before else GROUP_ADD
        log_of(person, event_type, f"{name}; {rows[LABELS['groups']]}", by=by)


def log_of(person: Person, event_type: str, reason: str, *, by: By) -> None:
    record(
        Event(
            enterprise_id=person.enterprise_id,
            at=by.at,
            event_type=event_type,
            outcome=Event.Outcome.ALLOWED,
            person_sub=person.sub,
            person_name=person.name,
            by_sub=by.sub,
            by_name=by.name,
            reason=reason,
        )
    )


PERSON: Final = Kind("this person", LABELS, describe, write, log, lock, revive)

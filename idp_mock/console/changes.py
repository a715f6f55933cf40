"""Change something an admin may change: over the version she read, with a row in its history and one in the log.

In the flow every exchange reads the rows that are written here, so a change counts from the next one on.

Deliberately does not: merge. Of two admins who edit one version, the second is told and loses nothing she typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from idp_mock.directory.models import Enterprise, Person, SavedChange
from idp_mock.systemlog.models import Event
from idp_mock.systemlog.record import record
from stage.kit.changes import NotUndoable, StaleVersion, differences, summarise

__all__ = ["By", "Kind", "NotUndoable", "StaleVersion", "log_change", "restore", "save"]

Terms = Mapping[str, Any]


@dataclass(frozen=True)
class By:
    """Who changes something, and when; ``called`` is who it was where it was no person of the directory."""

    person: Person | None
    at: datetime
    called: str = ""

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.called

    @property
    def sub(self) -> str:
        return self.person.sub if self.person else ""


def lock_row(row: Any, by: By) -> Any:
    """``row``, read anew; of two who save it at once the second waits for the first."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)


@dataclass(frozen=True)
class Kind:
    """One kind of thing that can be changed, called ``what``; a row of it has a ``version``, and its ``changes``.

    ``describe`` gives its terms as JSON, ``in_words`` for the reader. ``write`` takes terms as a form has them and
    raises ``NotUndoable`` for those that cannot be; ``revive`` makes such terms of what ``describe`` gave.
    """

    what: str
    labels: Mapping[str, str]
    describe: Callable[[Any], dict[str, Any]]
    write: Callable[[Any, Terms, By], None]
    log: Callable[[Any, SavedChange, By], None]
    lock: Callable[[Any, By], Any] = lock_row
    revive: Callable[[Any, Terms], Terms] = lambda _row, before: before
    in_words: Callable[[Terms], Terms] = dict
    keeps_every_form: bool = False
    """A form that was saved is in the history even if nothing differs: somebody looked, and meant it so."""

    def tell(self, change: SavedChange) -> list[dict[str, str]]:
        return differences(self.labels, self.in_words(change.before), self.in_words(change.after))

    def summarise(self, change: SavedChange) -> str:
        return summarise(self.tell(change))


@transaction.atomic
def save(kind: Kind, row: Any, terms: Terms, *, version: int | None, by: By) -> SavedChange | None:
    """Save ``terms`` over ``version``, or any. Nothing is written when none differs, nor when something is raised.

    Raises ``StaleVersion``, or whatever ``kind.write`` does.
    """
    locked = kind.lock(row, by)
    if version not in (None, locked.version):
        raise StaleVersion
    before = kind.describe(locked)
    kind.write(locked, terms, by)
    after = kind.describe(locked)
    if before == after and (version is None or not kind.keeps_every_form):
        return None
    locked.version += 1
    locked.save()
    change: SavedChange = locked.changes.create(
        at=by.at, by=by.person, by_name=by.name, version=locked.version, before=before, after=after
    )
    kind.log(locked, change, by)
    return change


def restore(kind: Kind, row: Any, change: SavedChange, *, version: int, by: By) -> None:
    """Bring back what was before ``change``, over ``version`` alone; raises ``StaleVersion`` or ``NotUndoable``.

    What was added to the terms since that row was written stays as it is: the row says nothing of it.
    """
    save(kind, row, kind.revive(row, change.before), version=version, by=by)


def log_change(enterprise: Enterprise, event_type: str, reason: str, *, by: By, **about: str) -> None:
    """A row in the system log, which no admin's change goes without; ``about`` fills its columns for apps."""
    record(
        Event(
            enterprise=enterprise,
            at=by.at,
            event_type=event_type,
            outcome=Event.Outcome.ALLOWED,
            person_sub=by.sub,
            person_name=by.name,
            reason=reason,
            **about,
        )
    )

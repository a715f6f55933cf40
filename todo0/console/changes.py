"""Change something an administrator may change: over the version she read, with before and after beside it.

In the flow the next token request reads the rows that are written here. Nothing is cached on the way, so a change
counts at once, in every process.

Deliberately does not: merge. Of two who edit one version, the second is told and loses nothing she typed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.db.models import Max, Model, QuerySet

from stage.kit.changes import StaleVersion, base_on, differences, offer_undo
from todo0.console.models import Change

Terms = Mapping[str, Any]
SHOWN: Final = 20
"""Changes that a page tells of."""


@dataclass(frozen=True)
class By:
    """Who changes something, and when; ``user`` is None for whoever has no account here, and is ``called`` so."""

    at: datetime
    user: AbstractUser | None = None
    called: str = "The command line"

    @property
    def name(self) -> str:
        return (self.user.get_full_name() or self.user.get_username()) if self.user else self.called


@dataclass(frozen=True)
class Kind:
    """One kind of thing that can be changed: its terms in words, how they are read from a row and written to it.

    ``describe`` gives JSON, and ``write`` takes what ``describe`` gave, or some of it: so a change can be undone.
    """

    name: str
    model: type[Model]
    labels: Mapping[str, str]
    describe: Callable[[Any], dict[str, Any]]
    write: Callable[[Any, Terms], None]


def save_change(kind: Kind, pk: int, terms: Terms, *, version: int | None, by: By) -> None:
    """Save ``terms`` over ``version``, or any; raises ``StaleVersion``. Nothing is written when none differs."""
    with change_row(kind, pk, version=version, by=by) as row:
        kind.write(row, terms)


@contextmanager
def change_row(kind: Kind, pk: int, *, version: int | None, by: By) -> Iterator[Any]:
    """The row to change, locked, over ``version``; what is different at the end becomes a ``Change``.

    The lock makes the second of two wait; where a database has no such lock, the constraint on versions decides.
    """
    try:
        with transaction.atomic():
            row: Any = kind.model._default_manager.select_for_update().get(pk=pk)
            latest = version_of(kind, pk)
            if version not in (None, latest):
                raise StaleVersion
            before = kind.describe(row)
            yield row
            after = kind.describe(row)
            if before != after:
                record_change(kind, row, before=before, after=after, version=latest + 1, by=by)
    except IntegrityError as error:
        if version_of(kind, pk) == version:  # nobody was faster: something else is wrong
            raise
        raise StaleVersion from error


def record_change(kind: Kind, row: Any, *, before: Terms, after: Terms, version: int, by: By) -> Change:
    return Change.objects.create(
        kind=kind.name,
        object_pk=row.pk,
        object_name=str(after["name"])[:200],
        version=version,
        at=by.at,
        by=by.user,
        by_name=by.name[:150],
        before=dict(before),
        after=dict(after),
    )


def restore(kind: Kind, change: Change, *, version: int, by: By) -> None:
    """Bring back what was before ``change``. A later change of other terms is undone with it, as the page says."""
    save_change(kind, change.object_pk, change.before, version=version, by=by)


def version_of(kind: Kind, pk: int) -> int:
    return changes_of(kind, pk).aggregate(newest=Max("version"))["newest"] or 0


def changes_of(kind: Kind, pk: int) -> QuerySet[Change]:
    return Change.objects.filter(kind=kind.name, object_pk=pk)


def version_in(history: Sequence[Mapping[str, Any]]) -> int:
    """The version that a history is of: that of its newest change, which comes first."""
    return int(history[0]["change"].version) if history else 0


def take_up(kind: Kind, pk: int, form: Any) -> list[dict[str, Any]]:
    """What a form that came too late has missed, in words. What was typed stays; its next save is over all that.

    Over that and no more: a change that came since then was shown to nobody yet.
    """
    missed = tell(kind, changes_of(kind, pk).filter(version__gt=form.cleaned_data["version"]))
    shown = [entry["change"].version for entry in missed]
    base_on(form, max(shown) if shown else version_of(kind, pk))
    return missed


def tell_history(
    kind: Kind, pk: int, undo: Callable[[Change], str], *, told_only: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The newest changes, each with the address ``undo`` that takes it back, if it is one of terms."""

    def address(change: Change) -> str | None:
        return undo(change) if is_of_terms(change, told_only=told_only) else None

    return offer_undo(tell(kind, changes_of(kind, pk)[:SHOWN]), address)


def is_of_terms(change: Change, *, told_only: Collection[str]) -> bool:
    """Something that can be brought back was changed: not the first of all, nor what is only told of."""
    names = change.after.keys() - set(told_only)
    return bool(change.before) and any(change.before.get(name) != change.after[name] for name in names)


def tell(kind: Kind, changes: QuerySet[Change]) -> list[dict[str, Any]]:
    """Each change with its differences in words, as ``admin/history.html`` and ``admin/missed.html`` show them."""
    return [
        {"change": change, "rows": differences(kind.labels, change.before, change.after)} for change in changes
    ]

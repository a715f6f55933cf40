"""Save a form of the console, or bring back what was before a change: done in the same way at every page.

In the flow a page shows a form over one version. Not saved, it says why: what is wrong with what was typed, what
cannot be, or what somebody else has saved since.

Deliberately does not: know what is changed, or draw the page. That is the ``Kind``'s, and the view's.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest

from idp_mock import clock
from idp_mock.console.changes import By, Kind, NotUndoable, StaleVersion, restore, save
from idp_mock.console.gate import Visitor
from idp_mock.directory.models import SavedChange
from stage.kit.changes import base_on, offer_undo, read_version

SHOWN: Final = 20
"""Changes that a page tells of."""


def save_form(visitor: Visitor, kind: Kind, row: Any, form: Any) -> dict[str, Any] | None:
    """None: it is saved. Else what the page needs to say why not, with the form: ``status``, and ``missed``.

    ``form`` has the ``version`` that it was filled in over, and ``terms()``. What cannot be is said at its field.
    """
    if not form.is_valid():
        return {"status": 400}
    by = By(visitor.person, clock.now())
    try:
        save(kind, row, form.terms(), version=form.cleaned_data["version"], by=by)
    except NotUndoable as error:
        form.add_error(error.field, str(error))
        return {"status": 400}
    except StaleVersion:
        return {"status": 409, "missed": take_up(kind, row, form)}
    return None


def take_up(kind: Kind, row: Any, form: Any) -> list[dict[str, Any]]:
    """What ``form`` has missed, in words. What was typed stays; its next save is over all that and no more."""
    missed = list(row.changes.filter(version__gt=form.cleaned_data["version"]))
    base_on(form, max((change.version for change in missed), default=form.initial["version"]))
    return tell(kind, missed)


def bring_back(
    request: HttpRequest,
    visitor: Visitor,
    kind: Kind,
    row: Any,
    change: SavedChange,
    *,
    done: str,
    version: int | None = None,
    word: str = "restored",
) -> bool:
    """Bring back what was before ``change``, over ``version``, or the one that the admin looked at, and tell her.

    ``done`` is said when it went well, and that it was not ``word`` when it did not.
    """
    version, by = version or read_version(request.POST.get("version", "")), By(visitor.person, clock.now())
    try:
        restore(kind, row, change, version=version, by=by)
    except StaleVersion:
        messages.error(request, f"Not {word}: somebody changed {kind.what} since. The newest change is on top.")
    except NotUndoable as error:
        messages.error(request, f"Not {word}. {error}")
    else:
        messages.success(request, done)
        return True
    return False


def tell_history(kind: Kind, row: Any, address: Callable[[Any], str | None]) -> list[dict[str, Any]]:
    """The newest changes of ``row``, each with the ``address`` that takes it back, if there is one."""
    return offer_undo(tell(kind, row.changes.all()[:SHOWN]), address)


def tell(kind: Kind, changes: Iterable[SavedChange]) -> list[dict[str, Any]]:
    """Each change with its differences in words, as ``admin/history.html`` and ``admin/missed.html`` show them."""
    return [{"change": change, "rows": kind.tell(change)} for change in changes]

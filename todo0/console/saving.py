"""Save a form of the console, or bring back what was before a change: done in the same way at every page.

In the flow a page shows a form over one version. Saved, its terms count from the next request on. Not saved, the
page says why: what is wrong with it, what cannot be, or what somebody else has saved since.

Deliberately does not: know what is changed, or draw the page. That is the ``Kind``'s, and the view's.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from stage.kit.changes import NotUndoable, StaleVersion, read_version
from todo0.console.changes import By, Kind, changes_of, restore, save_change, take_up

STALE: Final = "Somebody changed it since. The newest change is on top."


def by_whom(request: HttpRequest) -> By:
    return By(timezone.now(), request.user)  # type: ignore[arg-type]  # a view behind ``staff_only`` has an account


def save_form(
    request: HttpRequest, kind: Kind, pk: int, form: Any, *, blamed: str | None = None
) -> dict[str, Any] | None:
    """None: it is saved. Else what the page needs to say why not, with the form: ``status``, and ``missed``.

    ``form`` has the ``version`` that it was filled in over, and ``terms()``. What cannot be is said at its field,
    or at ``blamed``.
    """
    if not form.is_valid():
        return {"status": 400}
    try:
        save_change(kind, pk, form.terms(), version=form.cleaned_data["version"], by=by_whom(request))
    except NotUndoable as error:  # it could, when the form looked
        form.add_error(error.field or blamed, str(error))
        return {"status": 409}
    except StaleVersion:
        return {"status": 409, "missed": take_up(kind, pk, form)}
    return None


def restore_change(request: HttpRequest, kind: Kind, pk: int, change: int) -> None:
    """Bring back what was before it, over the version that the administrator looked at, and tell her."""
    wanted = get_object_or_404(changes_of(kind, pk).exclude(before={}), pk=change)
    try:
        restore(kind, wanted, version=read_version(request.POST.get("version", "")), by=by_whom(request))
        messages.success(request, f"Restored: its terms are as they were before version {wanted.version}.")
    except (StaleVersion, NotUndoable) as error:
        messages.error(request, f"Not restored. {str(error) or STALE}")

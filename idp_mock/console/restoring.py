"""Bring back what was before a change, over the version that the admin looked at, and tell her how it went.

Deliberately does not: know what is changed. Each page hands over its own ``restore``.
"""

from typing import Protocol

from django.contrib import messages
from django.http import HttpRequest

from idp_mock import clock
from idp_mock.console.changes import By, NotUndoable, StaleVersion, read_version
from idp_mock.console.gate import Visitor


class Restore(Protocol):
    """Raises ``StaleVersion``, or ``NotUndoable``, whose text is for the admin."""

    def __call__(self, *, version: int, by: By) -> None: ...


def bring_back(request: HttpRequest, visitor: Visitor, restore: Restore, *, what: str, done: str) -> None:
    """``what`` is the thing, as in *somebody changed this app since*; ``done`` is said when it went well."""
    try:
        restore(version=read_version(request.POST.get("version", "")), by=By(visitor.person, clock.now()))
        messages.success(request, done)
    except StaleVersion:
        messages.error(request, f"Not restored: somebody changed {what} since. The newest change is on top.")
    except NotUndoable as error:
        messages.error(request, f"Not restored. {error}")

"""The changes of a thing as its page tells them, and what a form that came too late has missed.

Deliberately does not: decide what can be taken back. Each page knows what its undo does.
"""

from collections.abc import Callable, Iterable
from typing import Any

from stage.kit.changes import base_on

Tell = Callable[[Any], list[dict[str, str]]]


def tell(changes: Iterable[Any], tell_change: Tell) -> list[dict[str, Any]]:
    """Each change with its differences in words, as ``admin/history.html`` and ``admin/missed.html`` show them."""
    return [{"change": change, "rows": tell_change(change)} for change in changes]


def take_up(form: Any, found: Any, tell_change: Tell) -> list[dict[str, Any]]:
    """What ``form`` has missed of ``found``, which was read anew. What was typed stays; its next save is over it.

    ``found`` is read before its changes are: one that comes between the two is shown, and refuses the save again.
    """
    missed = found.changes.filter(version__gt=form.cleaned_data["version"])
    base_on(form, found.version)
    return tell(missed, tell_change)

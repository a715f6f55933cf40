"""Which actions want a stronger or fresher sign-in than others, and whether an access token tells of one.

In the flow this is the resource app's own say about how somebody signed in (RFC 9470): its API refuses an action,
names the sign-in that would do, and the client goes back to the IdP for it, then through the whole flow again.
What is judged is the sign-in at the IdP, as the ID-JAG told of it, and not when that was redeemed (RFC 9470 §6).

The settings name the actions and what they want. One demand for all of them is enough to show it; none is the
default.

Deliberately does not: rank classes. A token's ``acr`` is one of those demanded, to the letter, or it does not do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

ACTIONS: Final = ("list_todos", "get_todo", "create_todo", "change_todo", "complete_todo", "delete_todo")
"""The API's handlers, and the MCP server's tools of the same names."""


@dataclass(frozen=True)
class Demand:
    """``max_age`` in seconds, or None; ``acr_values``: one of these, or any when there are none."""

    acr_values: tuple[str, ...] = ()
    max_age: int | None = None

    def is_met(self, claims: Mapping[str, Any], *, now: float) -> bool:
        """By the claims of a verified access token. What is missing does not meet a demand (RFC 9470 §6)."""
        if self.acr_values and claims.get("acr") not in self.acr_values:
            return False
        if self.max_age is None:
            return True
        auth_time = claims.get("auth_time")
        return type(auth_time) is int and now - auth_time <= self.max_age

    def in_words(self) -> str:
        of_class = f"of {' or '.join(self.acr_values)}" if self.acr_values else ""
        of_late = f"of the last {self.max_age} seconds" if self.max_age is not None else ""
        return " and ".join(filter(None, (of_class, of_late)))


NOTHING: Final = Demand()


def demand_for(action: str) -> Demand:
    """What ``action`` wants of the sign-in: ``NOTHING`` unless the settings name it."""
    if action not in settings.API_STEP_UP_ACTIONS:
        return NOTHING
    return Demand(settings.API_STEP_UP_ACR_VALUES, settings.API_STEP_UP_MAX_AGE or None)

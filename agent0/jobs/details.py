"""What Agent0 asks for beyond scopes: of the resource app's actions, those that a Run needs (RFC 9396 §2).

In the flow the worker asks for them with the scopes, and compares what was granted before it uses the token. A
token that is to add a todo then cannot delete one, which no scope of Todo0's says.

Deliberately does not: ask where IdP and resource app do not know the type (``AGENT0_DETAILS``). What comes unasked
it compares all the same: an administrator may withhold an action.
"""

import json
from typing import Final

from django.conf import settings

from agent0.jobs.models import Run
from agent0.ways import resource_of
from xaa.authorization_details import Details

TYPE: Final = "https://todo0.example/authorization/todos"  # Todo0's; docs/authorization-details.md
ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    Run.Kind.LIST: ("read",),
    Run.Kind.ADD: ("read", "create"),
    Run.Kind.COMPLETE: ("read", "complete"),
    Run.Kind.DELETE_ALL: ("read", "delete"),
}


def details_for(run: Run) -> Details:
    """What a Run asks for; nothing where nobody would understand it."""
    if not settings.DETAILS:
        return ()
    return ({"type": TYPE, "locations": [resource_of(run.way)], "actions": list(ACTIONS[run.kind])},)


def do_allow(details: Details, run: Run) -> bool:
    """Whether a token with these details may do all of a Run; one without any is limited by its scope alone."""
    here = [
        detail
        for detail in details
        if detail["type"] == TYPE
        and detail.keys() == {"type", "locations", "actions"}  # one more member would limit it
        and resource_of(run.way) in detail["locations"]
    ]
    return not details or set(ACTIONS[run.kind]) <= {action for detail in here for action in detail["actions"]}


def in_words(text: str) -> str:
    """The actions in the JSON of some details, for a person to read."""
    found = [action for detail in json.loads(text or "[]") for action in detail.get("actions", ())]
    return " ".join(dict.fromkeys(map(str, found)))

"""What of ``authorization_details`` the enterprise grants: pure functions over what its admin wrote (RFC 9396 §5).

In the flow this is the second half of check I12. Which types a resource app understands stands in its
registration; which of its actions the admin withholds, in the connection. An action is granted within its scope
alone, so whoever may not write todos may not delete them either, however finely it is asked for.

Where an action is withheld, a scope on its own would let the app do it all the same. Then every ID-JAG of the
connection says in details what is left, asked for or not.

Deliberately does not: know what a type means to its API, beyond types, actions and locations.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from idp_mock.policy.models import CrossAppConnection
from xaa.authorization_details import Detail, Details, DetailsRefused, DetailType, narrow

CONDITION: Final = re.compile(r"[!-~]{1,100}")
"""A condition's value as far as we can judge it: its API knows more."""


def decide_details(
    connection: CrossAppConnection, asked: Details, *, scopes: Collection[str], resources: Sequence[str]
) -> Details:
    """What of ``asked`` is granted beside these scopes and resources; raises ``DetailsRefused``."""
    registered = {kind["type"]: kind for kind in connection.resource_app.details_types}
    reachable = resources or connection.resource_app.resources
    if not asked and connection.withheld_actions and scopes:
        asked = tuple(_everything(kind, reachable) for kind in registered.values())
    granted = []
    for detail in asked:
        kind = registered.get(detail["type"])
        if kind is None:
            raise DetailsRefused("Expected a type that the resource app named in audience is registered with.")
        _check(detail, kind, locations=connection.resource_app.resources)
        actions = allowed_actions(connection, kind, scopes)
        granted.append(narrow(detail, actions=actions, locations=reachable))
    left = tuple(detail for detail in granted if detail is not None)
    if asked and not left:
        raise DetailsRefused(
            "Expected at least one action that the administrator allows, within the scopes granted."
        )
    return left


def allowed_actions(connection: CrossAppConnection, kind: dict[str, Any], scopes: Collection[str]) -> list[str]:
    """The actions of one type that these scopes cover and the admin does not withhold."""
    withheld = connection.withheld_actions
    covered = [entry["action"] for entry in kind["actions"] if entry["scope"] in scopes]
    return [action for action in covered if name_of(kind, action) not in withheld]


def name_of(kind: dict[str, Any], action: str) -> str:
    """An action's name among those of all types, since two types may call theirs alike."""
    return f"{kind['type']} {action}"


def _everything(kind: dict[str, Any], locations: Sequence[str]) -> Detail:
    actions = [entry["action"] for entry in kind["actions"]]
    return {"type": kind["type"], "locations": list(locations), "actions": actions}


def _check(detail: Detail, kind: dict[str, Any], *, locations: Sequence[str]) -> None:
    actions = [entry["action"] for entry in kind["actions"]]
    conditions = dict.fromkeys(kind["conditions"], CONDITION)
    DetailType(kind["type"], {"actions": actions, "locations": locations}, conditions).check(detail)

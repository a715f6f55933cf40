"""Todo0's one type of ``authorization_details``: which actions, at which API, on which todo (RFC 9396 §2).

    {"type": "https://todo0.example/authorization/todos",
     "locations": ["https://todo0.example/api"],
     "actions": ["read", "complete"],
     "identifier": "17"}

In the flow the authorization server asks ``decide`` what of such an object a token gets (check R14), and the API
asks ``reach_of`` what the token may then do (check A6). It says what the scopes cannot: add todos but delete none,
or complete this one. A token that has details may do what its scope *and* its details allow.

Deliberately does not: know whose todo 17 is. Whoever may name it still reaches only the todos of the token's user.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from xaa import protocol
from xaa.authorization_details import Detail, DetailsRefused, DetailType, narrow, read_details

TYPE: Final = "https://todo0.example/authorization/todos"  # a name (RFC 2606); nothing answers there
READ, WRITE = "todos.read", "todos.write"
SCOPE_OF: Final = {"read": READ, "create": WRITE, "complete": WRITE, "change": WRITE, "delete": WRITE}
"""The actions, and the scope that each needs as well."""
IDENTIFIER: Final = re.compile("[1-9][0-9]{0,17}")  # what a 64-bit column can hold

Names = tuple[str, ...]


def decide(detail: Detail, *, scope: Names, resource: Names) -> Detail | None:
    """``JWT_BEARER_DETAILS_TYPES``: no action whose scope is not granted, no API that the token is not for."""
    locations = (settings.API_RESOURCE, settings.MCP_RESOURCE)
    DetailType(TYPE, {"actions": SCOPE_OF, "locations": locations}, {"identifier": IDENTIFIER}).check(detail)
    if "identifier" in detail and "create" in detail["actions"]:
        raise DetailsRefused(
            "Expected no 'identifier' with the action create: a todo gets its own when it is made."
        )
    return narrow(detail, actions=[action for action in SCOPE_OF if SCOPE_OF[action] in scope], locations=resource)


def reach_of(claims: Mapping[str, Any], *, action: str, location: str) -> frozenset[int] | None:
    """The ids of the todos that a token lets an app do ``action`` to, at ``location``; None is all of them.

    Only objects of this type that name this API count (RFC 9396 §2.2, §7). Without the claim the scope alone
    decides; what ``decide`` would not have let through allows nothing.
    """
    if protocol.AUTHORIZATION_DETAILS not in claims:
        return None
    details = read_details(claims[protocol.AUTHORIZATION_DETAILS])
    counting = [detail for detail in details if _names(detail, "actions", action)]
    counting = [detail for detail in counting if detail["type"] == TYPE and _names(detail, "locations", location)]
    if any("identifier" not in detail for detail in counting):
        return None
    named = [str(detail["identifier"]) for detail in counting]
    return frozenset(int(identifier) for identifier in named if IDENTIFIER.fullmatch(identifier))


def _names(detail: Detail, member: str, value: str) -> bool:
    values = detail.get(member)
    return isinstance(values, list) and value in values

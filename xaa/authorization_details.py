"""``authorization_details``: what may be done, said more finely than a scope can (RFC 9396 §2).

In the flow a client may ask the IdP for them, the IdP puts what it grants into the ID-JAG, the resource app's
authorization server into the access token, and the API does no more than they say. All four read them here, and so
alike: as a form parameter (``parse_details``), or as JSON that somebody has read already (``read_details``).

What is less? Of one object, an array of strings lists alternatives and every other member is a condition. So fewer
alternatives are less, and one more condition is less. Whoever designs a type by that rule can leave comparing to
``is_within``, even in a party that does not know the type. ``DetailType`` describes such a type.

Deliberately does not: know a type, or repeat in a refusal what somebody sent. Its text may go onto the wire.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xaa.compact import load_json
from xaa.errors import XaaError

Detail = Mapping[str, Any]
Details = tuple[Detail, ...]

MAX_CHARACTERS: Final = 4096
MAX_OBJECTS: Final = 20


class DetailsRefused(XaaError, ValueError):
    """Not ``authorization_details`` that can be read or granted. The text says what was expected."""


def parse_details(text: str) -> Details:
    """The request parameter: a JSON array of objects, each with a ``type`` (RFC 9396 §2, §5)."""
    if len(text) > MAX_CHARACTERS:
        raise DetailsRefused(f"Expected at most {MAX_CHARACTERS} characters of JSON.")
    try:
        return read_details(load_json(text))
    except (ValueError, RecursionError) as error:
        if isinstance(error, DetailsRefused):
            raise
        raise DetailsRefused("Expected JSON in which no member is named twice.") from error


def read_details(value: object) -> Details:
    """A claim, or a member of a response: the same array, not as text (ID-JAG §3.1)."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_OBJECTS:
        raise DetailsRefused(f"Expected an array of 1 to {MAX_OBJECTS} objects.")
    for detail in value:
        kind = detail.get("type") if isinstance(detail, dict) else None
        if not isinstance(kind, str) or not kind:
            raise DetailsRefused("Expected each member of the array to be an object with a string 'type'.")
    return tuple(value)


def dump_details(details: Details) -> str:
    """As a request parameter, and as a key: equal details are equal text."""
    return json.dumps(details, sort_keys=True, separators=(",", ":")) if details else ""


def is_within(detail: Detail, wider: Detail) -> bool:
    """Whether ``detail`` allows nothing that ``wider`` does not: all its conditions, no other alternatives."""
    return all(name in detail and _is_part(detail[name], value) for name, value in wider.items())


def are_within(details: Details, wider: Details) -> bool:
    """Whether each of ``details`` lies within one of ``wider``."""
    return all(any(is_within(detail, each) for each in wider) for detail in details)


def narrow(detail: Detail, **allowed: Collection[str]) -> Detail | None:
    """``detail`` with those of its alternatives that are allowed; None when of one member none is left."""
    kept = {name: [one for one in detail[name] if one in names] for name, names in allowed.items()}
    return {**detail, **kept} if all(kept.values()) else None


@dataclass(frozen=True)
class DetailType:
    """One type as the API describes it that it is for.

    Every member of ``alternatives`` must be there: an array of some of these strings, at least one. A member of
    ``conditions`` may be there: a string that the pattern matches. Anything else is refused: a member that is not
    understood may be the one that limits (RFC 9396 §5).
    """

    name: str
    alternatives: Mapping[str, Collection[str]]
    conditions: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def check(self, detail: Detail) -> None:
        """Raise ``DetailsRefused`` unless ``detail`` is a well-formed object of this type."""
        if detail["type"] != self.name:
            raise DetailsRefused(f"Expected the type {self.name}.")
        known = {"type", *self.alternatives, *self.conditions}
        if not known.issuperset(detail):
            raise DetailsRefused(f"Expected no members but {', '.join(sorted(known))}.")
        for name, values in self.alternatives.items():
            if not _is_choice(detail.get(name), values):
                raise DetailsRefused(f"Expected '{name}' to be an array of some of: {', '.join(values)}.")
        for name in self.conditions.keys() & detail.keys():
            value = detail[name]
            if not isinstance(value, str) or not self.conditions[name].fullmatch(value):
                raise DetailsRefused(f"Expected '{name}' to be a string like {self.conditions[name].pattern}.")


def _is_choice(value: Any, values: Collection[str]) -> bool:
    return _is_strings(value) and bool(value) and all(one in values for one in value)


def _is_part(found: Any, wider: Any) -> bool:
    if _is_strings(found) and _is_strings(wider):
        return set(found) <= set(wider)
    return json.dumps(found, sort_keys=True) == json.dumps(wider, sort_keys=True)


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)

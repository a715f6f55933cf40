"""What a command's JSON must look like: each member read with what was expected and what was found instead.

Deliberately does not: know a command. Whoever reads a body names its members here and refuses all others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

MISSING = object()


class Malformed(Exception):
    """The text says what was expected and found, for whoever wrote the program that sent it."""


def check_members(body: Mapping[str, Any], *known: str) -> None:
    """A misspelled member would otherwise be a change that silently did not happen."""
    if unknown := sorted(body.keys() - set(known)):
        raise Malformed(f"Expected only {', '.join(known) or 'no member'}, found {unknown[0]!a:.40}.")


def read_number(
    body: Mapping[str, Any], name: str, default: float | None = None, *, limit: float, minimum: float | None = None
) -> float:
    """Finite, at most ``limit`` and at least ``minimum``, which is ``-limit`` unless it is given."""
    value, least = body.get(name, default), -limit if minimum is None else minimum
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value <= limit:  # nor is NaN, of which nothing is true
        raise Malformed(f"Expected {name} to be a number from {least:.0f} to {limit:.0f}, found {value!a:.40}.")
    return float(value)


def read_text(body: Mapping[str, Any], name: str, default: str | None = None, *, pattern: Any) -> str:
    """A string of which all matches the compiled ``pattern``."""
    value = body.get(name, default)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed(f"Expected {name} to match {pattern.pattern}, found {value!a:.40}.")
    return value


def read_choice(body: Mapping[str, Any], name: str, default: str | None = None, *, among: Sequence[str]) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or value not in among:
        raise Malformed(f"Expected {name} to be one of {', '.join(among)}, found {value!a:.40}.")
    return value


def read_texts(body: Mapping[str, Any], name: str, *, limit: int) -> list[str]:
    value = body.get(name, MISSING)
    if not isinstance(value, list) or len(value) > limit or not all(isinstance(one, str) for one in value):
        raise Malformed(f"Expected {name} to be an array of at most {limit} strings.")
    return value


def read_objects(body: Mapping[str, Any], name: str, *, limit: int) -> list[dict[str, Any]]:
    value = body.get(name, MISSING)
    if not isinstance(value, list) or len(value) > limit or not all(isinstance(one, dict) for one in value):
        raise Malformed(f"Expected {name} to be an array of at most {limit} objects.")
    return value

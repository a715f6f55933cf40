"""The scopes of an API as an administrator types them at either party's console: one a line, with its words.

Deliberately does not: know which scopes there are. What one lets an app do is the API's to say.
"""

import re
from collections.abc import Iterable
from typing import Final

SCOPE: Final = re.compile(r"[!#-\[\]-~]{1,100}")  # RFC 6749 §3.3
AT_MOST: Final = 100
"""Okta's, for a resource app."""


def read_scopes(lines: Iterable[str]) -> list[dict[str, str]]:
    """``todos.read See your todos`` a line; raises ``ValueError``, in words for whoever wrote it."""
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in lines)):
        scope, _, words = line.partition(" ")
        if not SCOPE.fullmatch(scope) or not 0 < len(words.strip()) <= 200:
            raise ValueError(f"Expected a scope, a space and what it lets an app do, found {line[:80]!r}.")
        if scope in found:
            raise ValueError(f"Expected each scope once, found {scope!r} twice.")
        found[scope] = words.strip()
    if not 0 < len(found) <= AT_MOST:
        raise ValueError(f"Expected 1 to {AT_MOST} scopes, found {len(found)}.")
    return [{"scope": scope, "words": words} for scope, words in found.items()]


def write_scopes(scopes: Iterable[dict[str, str]]) -> list[str]:
    """The lines that ``read_scopes`` reads."""
    return [f"{entry['scope']} {entry['words']}" for entry in scopes]

"""What a todo may be called, for the page and the API alike.

Deliberately does not: escape. Templates and JSON do that where it matters, so a title may hold any text.
"""

import unicodedata

from todo0.todos.models import TITLE_LENGTH


class TitleRefused(ValueError):
    """The message says what was expected and what was found."""


def clean_title(text: str) -> str:
    """``text`` without surrounding space; no control characters nor lone surrogates, on which databases choke."""
    title = text.strip()
    if not 1 <= len(title) <= TITLE_LENGTH:
        raise TitleRefused(f"Expected title to have 1 to {TITLE_LENGTH} characters, found {len(title)}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in title):
        raise TitleRefused("Expected title to be text, found a control character.")
    return title

"""What a todo's fields may hold, for the page and the API alike.

Deliberately does not: escape. Templates and JSON do that where it matters, so a title may hold any text.
"""

import unicodedata
from datetime import date, datetime

from todo0.todos.models import TITLE_LENGTH


class FieldRefused(ValueError):
    """The message says what was expected and what was found."""


def clean_title(text: str) -> str:
    """``text`` without surrounding space; no control characters nor lone surrogates, on which databases choke."""
    title = text.strip()
    if not 1 <= len(title) <= TITLE_LENGTH:
        raise FieldRefused(f"Expected title to have 1 to {TITLE_LENGTH} characters, found {len(title)}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in title):
        raise FieldRefused("Expected title to be text, found a control character.")
    return title


def clean_due_on(text: str) -> date:
    """A calendar date, year-month-day, and no other of the forms that ISO 8601 has."""
    try:
        if len(text) != len("2026-12-31"):
            raise ValueError
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a date has no time zone
    except ValueError as error:
        raise FieldRefused(f"Expected due_on to be a date like 2026-12-31, found {ascii(text)[:40]}.") from error

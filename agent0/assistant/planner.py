"""The scripted planner (no AI model): turns a person's words into one thing to do, or into an answer.

In the flow it stands where another product has a language model. It reads what the *person* typed and nothing
else; todo texts never come here, so an instruction hidden in a todo is only ever shown as a quotation.
Cross App Access bounds what an agent can reach, not what it decides: this file is the second half.

Deliberately does not: guess. What no pattern matches gets an answer that says what would work.
"""

import re
from dataclasses import dataclass, field
from typing import Final

NAME: Final = "Scripted planner (no AI model)"
MAX_TITLE: Final = 200
SUGGESTIONS: Final = (
    "What is due today?",
    'Add "Book venue for offsite"',
    'Mark "Send invoice" done',
    "Delete everything",
)

_TITLE = r"[\"“”'](?P<quoted>[^\"“”]+)[\"“”']|(?P<bare>[^\"“”]+?)"
_POLITE = r"^\s*(?:please\s+|can you\s+|could you\s+)?"
_END = r"[\s.!?]*$"  # one run: two that could share the same spaces would take half a second over 500 of them
_ADD = re.compile(
    rf"{_POLITE}(?:add|create|remind me to)\s+(?:a\s+)?(?:new\s+)?(?:todo:?\s+)?(?:{_TITLE})"
    rf"(?:\s+to\s+(?:my|the)\s+\w+)?{_END}",
    re.IGNORECASE,
)
_COMPLETE = re.compile(
    rf"{_POLITE}(?:mark|complete|finish|tick off)\s+(?:{_TITLE})"
    rf"(?:\s+(?:as\s+)?(?:done|complete|completed))?{_END}",
    re.IGNORECASE,
)
_DELETE_ALL = re.compile(
    rf"{_POLITE}(?:delete|remove|clear|erase)\s+(?:everything|all(?:\s+of)?(?:\s+(?:my|the))?(?:\s+todos?)?){_END}",
    re.IGNORECASE,
)
_DUE_TODAY = re.compile(r"\bdue\b.*\btoday\b|\btoday\b.*\bdue\b", re.IGNORECASE)
_LIST = re.compile(
    rf"{_POLITE}(?:list|show|what(?:'s| is| are))\b.*\b(?:todos?|list|due|open|to do){_END}", re.IGNORECASE
)


@dataclass(frozen=True)
class Plan:
    """One action. ``kind`` is a ``Run.Kind``; with ``asks_first`` the person must allow it in the card."""

    kind: str
    arguments: dict[str, str] = field(default_factory=dict)
    asks_first: bool = False


@dataclass(frozen=True)
class Answer:
    """Nothing to do, only something to say."""

    text: str


def plan(words: str) -> Plan | Answer:
    if _DELETE_ALL.match(words):
        return Plan("delete_all_todos", asks_first=True)
    if _DUE_TODAY.search(words):
        return Plan("list_todos", {"due": "today"})
    if found := _ADD.match(words):
        return _with_title("create_todo", found)
    if found := _COMPLETE.match(words):
        return _with_title("complete_todo", found)
    if _LIST.match(words):
        return Plan("list_todos")
    return Answer(
        "I did not understand that. I am a script, not a model, and I know four things: what is due, "
        'add "…", mark "…" done, and delete everything.'
    )


def _with_title(kind: str, found: re.Match[str]) -> Plan | Answer:
    title = (found["quoted"] or found["bare"] or "").strip()
    if not title:
        return Answer('Which todo? Put its name in quotes: add "Book venue".')
    if len(title) > MAX_TITLE:
        return Answer(f"A todo's name has at most {MAX_TITLE} characters; this one has {len(title)}.")
    return Plan(kind, {"title": title})

"""Two strings, character by character, with what differs marked; and both of them out of a check's note.

In the flow most refusals are one character: a trailing slash, a port, a letter. Every check says what it
expected and what it found, so the page can point at the very character.

Deliberately does not: interpret. A space is shown as a space, and an empty string as nothing at all.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

NOTE = re.compile(
    r"""[Ee]xpected\ (?P<expected>'[^']*'|"[^"]*"|.+?),\ found\ (?P<found>'[^']*'|"[^"]*"|.+?)\.?$""",
    re.VERBOSE | re.DOTALL,
)
LONGEST = 400


class Piece(NamedTuple):
    text: str
    differs: bool


@dataclass(frozen=True)
class Difference:
    """``expected`` and ``found`` in pieces."""

    expected: tuple[Piece, ...]
    found: tuple[Piece, ...]
    is_of_strings: bool

    @property
    def expected_text(self) -> str:
        return "".join(piece.text for piece in self.expected)

    @property
    def found_text(self) -> str:
        return "".join(piece.text for piece in self.found)


def read_note(note: str) -> Difference | None:
    """What a check expected and found; None when its note does not say so. Only quoted values are compared."""
    said = NOTE.search(note)
    if not said:
        return None
    expected, found = said["expected"].strip(), said["found"].strip()
    if _is_quoted(expected) and _is_quoted(found):
        return compare(expected[1:-1], found[1:-1])
    return Difference((Piece(expected, False),), (Piece(found, False),), is_of_strings=False)


def compare(expected: str, found: str) -> Difference:
    expected, found = expected[:LONGEST], found[:LONGEST]
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, expected, found, autojunk=False).get_opcodes():
        if expected[a:b]:
            left.append(Piece(expected[a:b], kind != "equal"))
        if found[c:d]:
            right.append(Piece(found[c:d], kind != "equal"))
    return Difference(tuple(left), tuple(right), is_of_strings=True)


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in "'\""

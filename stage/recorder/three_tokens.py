"""The tokens of one trace side by side: the ID token, the ID-JAG, the access token.

In the flow the audience moves one party further with each, the client's name changes on the way, and the person
stays the same. Seen in one table, that is the whole idea.

Deliberately does not: show what is in one token alone before what they share.
"""

import json
from dataclasses import dataclass
from typing import Any

from stage.recorder.token_view import in_words
from stage.recorder.tokens import Token
from stage.recorder.trace import Trace

KINDS = ("id-token", "id-jag", "access-token")
FIRST = ("typ", "iss", "sub", "aud", "client_id", "scope", "exp")


@dataclass(frozen=True)
class Cell:
    """``changed``: not what the token before says, where that one says something."""

    text: str
    words: str
    changed: bool


@dataclass(frozen=True)
class ClaimRow:
    name: str
    cells: list[Cell]


def choose_tokens(trace: Trace) -> list[Token]:
    """The last one of each kind: of several tries the one that counted. The IdP's own access token is none."""
    found: dict[str, Token] = {}
    for token in trace.tokens:
        is_of_the_idp = token.kind == "access-token" and str(token.claims.get("aud", "")).endswith("/userinfo")
        if token.kind in KINDS and not is_of_the_idp:
            found[token.kind] = token
    return [found[kind] for kind in KINDS if kind in found]


def tabulate(tokens: list[Token], *, now: float) -> list[ClaimRow]:
    names: dict[str, None] = dict.fromkeys(FIRST)
    for token in tokens:
        names |= dict.fromkeys(token.claims)
    shared = sorted(names, key=lambda name: -sum(_read(token, name) is not None for token in tokens))
    ordered = [*FIRST, *(name for name in shared if name not in FIRST)]
    return [
        row for row in (_row(name, tokens, now=now) for name in ordered) if any(cell.text for cell in row.cells)
    ]


def _row(name: str, tokens: list[Token], *, now: float) -> ClaimRow:
    cells: list[Cell] = []
    before: Any = None
    for token in tokens:
        value = _read(token, name)
        text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        changed = value is not None and before is not None and value != before
        cells.append(Cell(text, in_words(name, value, now=now), changed))
        before = value if value is not None else before
    return ClaimRow(name, cells)


def _read(token: Token, name: str) -> Any:
    return token.header.get("typ") if name == "typ" else token.claims.get(name)

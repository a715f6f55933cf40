"""How the door speaks: one calm line each, in colour only where somebody is looking."""

import contextlib
import os
import sys
from typing import TextIO

PALETTE = {"stage": "35", "agent0": "34", "todo0": "32", "todo0mcp": "32", "idp_mock": "33", "worker": "36"}


class Refusal(Exception):
    """The door cannot go on; the message says what was found, and what to do about it."""


def say(line: str) -> None:
    """Tell the person something. Always on stderr, so that stdout stays clean for ``--json`` and ``> .env``."""
    with contextlib.suppress(OSError):  # whoever read this has gone; the work goes on
        print(line, file=sys.stderr, flush=True)


def is_coloured(stream: TextIO) -> bool:
    """https://no-color.org, and no escapes into files and pipes."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, code: str, stream: TextIO | None = None) -> str:
    return f"\033[{code}m{text}\033[0m" if is_coloured(stream or sys.stderr) else text


def table(rows: list[tuple[str, ...]], indent: str = "  ") -> list[str]:
    """The rows as aligned lines; the last column is never padded."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        indent
        + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]

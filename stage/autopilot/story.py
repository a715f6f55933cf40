"""The five-minute story as data (``story.toml``): for the presenter's card, the run sheet and the tests.

Deliberately does not: act. ``autopilot.performance`` plays it, and a presenter with a mouse does.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

Pane = Literal["left", "right", "stage"]
LENGTH: Final = 300


@dataclass(frozen=True)
class Click:
    """One press of a mouse or a key. ``number`` counts through the whole story, from 1."""

    number: int
    pane: Pane
    do: str


@dataclass(frozen=True)
class Block:
    """What is told in one breath. ``begins``: seconds from the start; ``otherwise``: what to do if it fails."""

    number: int
    begins: int
    title: str
    say: str
    see: str
    otherwise: str
    clicks: tuple[Click, ...]

    @property
    def time(self) -> str:
        return f"{self.begins // 60}:{self.begins % 60:02d}"


@cache
def load_story() -> tuple[Block, ...]:
    told = tomllib.loads(Path(__file__).with_name("story.toml").read_text(encoding="utf-8"))["block"]
    blocks, counted = [], 0
    for number, block in enumerate(told, start=1):
        clicks = tuple(Click(counted + at, **click) for at, click in enumerate(block.pop("clicks"), start=1))
        counted += len(clicks)
        blocks.append(Block(number=number, clicks=clicks, **block))
    return tuple(blocks)

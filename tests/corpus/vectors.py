"""Reads the corpus, and fills in what only a running system can say: addresses, secrets and the time.

Deliberately does not: build or send a message. ``tests/flow`` and, for the client, ``tests/xaa`` do.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FAMILIES = ("exchange", "redemption", "api", "mcp", "client")
SERVED = FAMILIES[:4]


STAND_INS: dict[str, Callable[[Any], Any]] = {
    "$now": lambda seconds: int(time.time()) + seconds,
    "$now_float": lambda seconds: int(time.time()) + seconds + 0.5,
    "$repeat": lambda what: what[0] * what[1],
}


@dataclass(frozen=True)
class Vector:
    """``change`` is the one thing that differs from the good message ``good``."""

    id: str
    change: dict[str, Any]
    rows: list[str]
    answer: list[Any]
    check: str = ""
    good: str = "plain"
    logged: bool = True
    leg: str = ""
    family: str = field(default="", compare=False)


def load_vectors(family: str) -> list[Vector]:
    text = (FOLDER / f"{family}.json").read_text(encoding="utf-8")
    return [Vector(**one, family=family) for one in json.loads(text)]


def fill(value: Any, values: Mapping[str, str]) -> Any:
    """``${name}`` in a string, and the three objects that stand for a time or for something long."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda name: values[name[1]], value)
    if isinstance(value, list):
        return [fill(one, values) for one in value]
    if not isinstance(value, dict):
        return value
    for name, make in STAND_INS.items():
        if name in value:
            return make(value[name])
    return {fill(name, values): fill(one, values) for name, one in value.items()}

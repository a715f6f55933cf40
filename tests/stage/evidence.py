"""Records of real flows, as the parties sent them: ``lay_down("rest")`` puts Alice's happy path into the database.

Each file of ``records/`` holds what the demo recorded of one sign-in and one request to act, a record a line.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "records"
SIGN_IN, ACT = "a1" * 16, "b2" * 16


def load(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def build(row: dict[str, Any]) -> Any:
    """The row as a record that is not saved yet; Django is wanted only here, for the browser's suite has none."""
    from stage.recorder.models import Record

    times = {name: datetime.fromisoformat(row[name]) for name in ("started_at", "ended_at")}
    return Record(**{**row, **times})


def lay_down(name: str) -> str:
    """Write the records of one flow; gives the id of its second trace, the request to act."""
    for row in load(name):
        build(row).save()
    return ACT


def target_of(row: dict[str, Any]) -> str:
    """The path that was asked for; empty for a span that is no HTTP exchange."""
    return str(row["exchange"]["request"]["target"]) if row["exchange"] else ""

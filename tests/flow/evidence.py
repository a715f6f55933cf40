"""The stage's records as this suite reads them: rows of its database, where its pages find them, too."""

import json
import re
import sqlite3
from contextlib import closing
from typing import Any, NamedTuple

from tests.flow.demo import Demo
from tests.flow.recording_proxy import Headers

COLUMNS = (
    "seq", "started_at", "trace_id", "span_id", "parent_span_id", "linked_trace_ids", "place", "instance", "kind",
    "name", "exchange", "checks", "faults", "attributes", "dropped",
)  # fmt: skip
REDACTED = re.compile(r"\[redacted(?: [A-Z]+-[0-9a-f]{4})?\]|\[signature\]")


class Record(NamedTuple):
    seq: int
    started_at: str
    trace_id: str
    span_id: str
    parent_span_id: str
    linked_trace_ids: list[str]
    place: str
    instance: str
    kind: str
    name: str
    exchange: dict[str, Any]
    checks: list[dict[str, str]]
    faults: list[str]
    attributes: dict[str, Any]
    dropped: int


def read_records(demo: Demo) -> list[Record]:
    with closing(sqlite3.connect(demo.folder / "stage.sqlite3")) as database:
        rows = database.execute(f"SELECT {', '.join(COLUMNS)} FROM recorder_record ORDER BY seq")  # noqa: S608
        return [_read_row(row) for row in rows]


def _read_row(row: tuple[Any, ...]) -> Record:
    as_json = {"linked_trace_ids", "exchange", "checks", "faults", "attributes"}
    pairs = zip(COLUMNS, row, strict=True)
    return Record(**{name: json.loads(value) if name in as_json else value for name, value in pairs})


def is_the_same(shown: str, sent: str) -> bool:
    """Letter for letter, but that something was taken out where it says so, and only there."""
    return re.fullmatch(".+".join(map(re.escape, REDACTED.split(shown))), sent, flags=re.DOTALL) is not None


def are_the_same(shown: list[list[str]], sent: Headers) -> bool:
    return len(shown) == len(sent) and all(
        name == wire_name and is_the_same(value, wire_value)
        for (name, value), (wire_name, wire_value) in zip(shown, sent, strict=True)
    )


def are_in_any_spelling(shown: list[list[str]], sent: Headers) -> bool:
    """For a server that is told names in its own spelling, and in an order of its own."""
    pairs = zip(_in_one_spelling(shown), _in_one_spelling(sent), strict=False)
    return len(shown) == len(sent) and all(
        one[0] == other[0] and is_the_same(one[1], other[1]) for one, other in pairs
    )


def _in_one_spelling(headers: list[list[str]] | Headers) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers)

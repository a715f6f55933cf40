"""One clock: nothing of ``xaa`` and of the parties reads the time but from it (docs/decisions/0009)."""

import ast
from pathlib import Path

import pytest

from tests.house.rooms import ROOT, find_code, shown

READINGS = {
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
}  # fmt: skip
RIGHT_TO = {
    "xaa/clock.py": "it is the clock",
    "stage/kit/clock.py": "it moves the clock",
    "stage/kit/control/commands.py": "says how late it is, and what that is off",
    "stage/kit/bar.py": "shows how late it is",
    "stage/kit/gate.py": "holds calls for real seconds, while the world's clock stands still",
    "stage/control/world.py": "holds the clock, and lets it go",
    "stage/control/worlds.py": "says when a world ended, which a reset does not move",
    "stage/kit/control/reset.py": "the same in a party",
    "stage/kit/staged_request.py": "counts the seconds of an undo",
    "agent0/jobs/queue_folder.py": "names files in the order of their making",
}
WATCHED = ("xaa", "agent0", "todo0", "idp_mock", "stage/kit", "stage/control", "stage/launchpad")


def find_readings(path: Path) -> list[str]:
    """Named, called or not: ``default=time.time`` reads it later."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            of = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (of, node.attr) in READINGS:
                found.append(f"{shown(path)}:{node.lineno} {of}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [f"{shown(path)}:{node.lineno} {one.name}" for one in node.names if one.name == "time"]
    return found


def test_the_time_is_read_in_one_place():
    watched = [path for path in find_code() if shown(path).startswith(tuple(f"{room}/" for room in WATCHED))]
    assert len(watched) > 200
    assert [one for path in watched if shown(path) not in RIGHT_TO for one in find_readings(path)] == []


@pytest.mark.parametrize("path", RIGHT_TO)
def test_whoever_has_a_reason_to_read_it_still_does(path):
    assert find_readings(ROOT / path)


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.time()",
        "import time\ndef f(clock=time.time): ...",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\ndate.today()",
        "from time import time",
    ],
)
def test_another_reading_would_be_found(tmp_path, monkeypatch, text):
    path = tmp_path / "reads.py"
    path.write_text(text)
    monkeypatch.setattr("tests.house.test_clock.shown", str)
    assert len(find_readings(path)) == 1

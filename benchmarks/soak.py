"""``manage.py bench --soak``: the story again and again in one demo, and what the demo grows by meanwhile.

The autopilot tells the story (``stage.autopilot.performance``) with an empty browser each time. The first run in
which a click does not show what it promises, or a process of the demo says that something went wrong, ends it all,
with what was expected and what was found. Nothing is tried again.

Deliberately does not: judge seconds or bytes. They are printed, for a reader who knows what else the machine did.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import p95
from stage.autopilot.page import Lost
from stage.autopilot.performance import Performance, Played
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo
from tests.flow.evidence import read_records
from tests.flow.people_at_work import places_of
from tests.flow.processes import PROC, can_tell, find_descendants
from tests.flow.wire import Wire

RUNS = 200
WEIGH_EVERY = 20
SERVING = {
    "stage.wsgi": "stage", "agent0.wsgi": "agent0", "todo0.wsgi": "todo0", "idp_mock.wsgi": "idp_mock",
    "todo0.mcp": "todo0mcp", "celery": "worker",
}  # fmt: skip
ALARMS = ("ERROR", "CRITICAL", "Traceback")


class Weighed(NamedTuple):
    """What the demo weighs after ``run`` runs: MB of memory by process, MB of files by database."""

    run: int
    memory: dict[str, float]
    files: dict[str, float]


def main(runs: int = RUNS) -> None:
    told: list[list[Played]] = []
    weighed: list[Weighed] = []
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        for number in range(1, runs + 1):
            told.append(tell(demo, number))
            print(f"run {number} of {runs}: {_seconds(told[-1]):.2f} s, load {os.getloadavg()[0]:.1f}", flush=True)
            if number == 1 or number % WEIGH_EVERY == 0 or number == runs:
                weighed.append(weigh(demo, number))
        dropped = max((record.dropped for record in read_records(demo)), default=0)
    report(told, weighed)
    print(f"\nrecords dropped on their way to the stage: {dropped}")


def tell(demo: Demo, number: int) -> list[Played]:
    """One run. Whoever finds something wrong says it and ends the programme."""
    heard, began_at = len(demo.lines), time.monotonic()
    wire = Wire(demo)
    try:
        played = list(Performance(wire.visitor(), places_of(demo), stage=demo.url("stage")).play())
    except Lost as reason:
        _end(demo, f"run {number} failed after {time.monotonic() - began_at:.2f} s: {reason}")
    if alarms := [line for line in demo.lines[heard:] if any(word in line for word in ALARMS)]:
        _end(demo, f"run {number}: expected a demo that complains of nothing, found {alarms[0]!r}")
    if wire.notes.broken:
        _end(demo, f"run {number}: expected no broken answer, found {wire.notes.broken[0]}")
    return played


def _end(demo: Demo, reason: str) -> None:
    print("\n".join(demo.lines[-60:]), file=sys.stderr, flush=True)
    raise SystemExit(reason)


def weigh(demo: Demo, run: int) -> Weighed:
    memory = dict(_weigh_processes(demo)) if can_tell() else {}
    files: dict[str, float] = {}
    for path in sorted(demo.folder.glob("*.sqlite3*")):
        name = path.name.partition(".")[0]
        files[name] = files.get(name, 0.0) + path.stat().st_size / 1e6
    return Weighed(run, memory, files)


def _weigh_processes(demo: Demo) -> Iterator[tuple[str, float]]:
    """Of each party the process that serves, which is the one that has started no other."""
    crew = find_descendants(demo.process.pid)
    parents = {process.parent for process in crew}
    for process in crew:
        command = _read(PROC / str(process.pid) / "cmdline")
        name = next((name for word, name in SERVING.items() if word in command), "")
        if name and process.pid not in parents:
            lines = _read(PROC / str(process.pid) / "status").splitlines()
            resident = next(line for line in lines if line.startswith("VmRSS"))
            yield name, int(resident.split()[1]) / 1000


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def report(told: list[list[Played]], weighed: list[Weighed]) -> None:
    taken = [_seconds(played) for played in told]
    print(f"\n{len(told)} runs without a failure: p50 {statistics.median(taken):.2f} s, p95 {p95(taken):.2f} s")
    print(f"\n{'click':44}{'p50, ms':>9}{'p95':>8}{'most':>8}")
    for clicks in zip(*told, strict=True):
        ms = [played.seconds * 1000 for played in clicks]
        name = f"{clicks[0].click.number} {clicks[0].click.do}"
        print(f"{name:44.43}{statistics.median(ms):>9.0f}{p95(ms):>8.0f}{max(ms):>8.0f}")
    for what, tables in (("memory", [one.memory for one in weighed]), ("files", [one.files for one in weighed])):
        print(f"\n{f'{what}, MB after run':24}" + "".join(f"{one.run:>8}" for one in weighed))
        for name in tables[0]:
            print(f"{name:24}" + "".join(f"{table[name]:>8.1f}" for table in tables))


def _seconds(played: list[Played]) -> float:
    return sum(one.seconds for one in played)

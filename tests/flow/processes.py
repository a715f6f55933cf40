"""Who descends from a process: read from /proc, so that a test can say that nobody was left behind.

A process is named by its pid and its start time, since a pid is used again sooner or later.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    pid: int
    started_at: str
    parent: int
    state: str

    @property
    def is_alive(self) -> bool:
        found = read_process(self.pid)
        return found is not None and found.started_at == self.started_at and found.state != "Z"


def read_process(pid: int) -> Process | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return Process(pid, started_at=fields[19], parent=int(fields[1]), state=fields[0])


def find_descendants(pid: int) -> list[Process]:
    """Children, grandchildren and so on, at this moment."""
    everybody = [read_process(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdecimal()]
    children: dict[int, list[Process]] = {}
    for process in filter(None, everybody):
        children.setdefault(process.parent, []).append(process)
    found, waiting = [], [pid]
    while waiting:
        mine = children.get(waiting.pop(), [])
        found += mine
        waiting += [process.pid for process in mine]
    return found


def wait_until_gone(processes: list[Process], *, patience: float) -> list[Process]:
    """Those still alive when ``patience`` seconds are over; empty as soon as nobody is."""
    deadline = time.monotonic() + patience
    while (alive := [process for process in processes if process.is_alive]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive


def can_tell() -> bool:
    return (PROC / str(os.getpid()) / "stat").exists()

"""Starts the demo's processes, shows their lines, and ends them all together.

Each runs under a keeper (``keeper.py``) in a session of its own, so a Ctrl-C in the terminal reaches the
supervisor alone and it decides the order of things. If one of them ends, all end: half a demo explains nothing.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from stage.door.layout import ROOT
from stage.door.voice import PALETTE, paint

KEEPER = str(Path(__file__).with_name("keeper.py"))
GRACE = 8.0
WIDTH = 8


@dataclass
class Child:
    """One process of the demo: ``name`` heads its lines, ``last_lines`` explain its end."""

    name: str
    process: subprocess.Popen[bytes]
    mark: str
    is_marked: threading.Event = field(default_factory=threading.Event)
    last_lines: list[str] = field(default_factory=list)
    reader: threading.Thread = field(default_factory=threading.Thread)

    def wait(self, patience: float | None = None) -> int:
        """The exit code, once the process has ended and its last line has been read."""
        code = self.process.wait(patience)
        self.reader.join(timeout=1)
        return code


class Supervisor:
    """Use as a context manager: leaving the block, for whatever reason, ends every process started in it."""

    def __init__(self, *, log: TextIO | None) -> None:
        """``log`` takes everybody's lines; without one they are kept for ``last_lines`` alone."""
        self.log = log
        self.children: list[Child] = []
        self._pipe = list(os.pipe())  # what keepers read, and what is closed when this process is gone
        self._lock = threading.Lock()

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, command: list[str], *, environment: dict[str, str], mark: str = "") -> Child:
        """Start ``command``. The child's ``is_marked`` is set when one of its lines contains ``mark``."""
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", KEEPER, *command],
            cwd=ROOT,
            env=environment,
            stdin=self._pipe[0],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        child = Child(name, process, mark)
        child.reader = threading.Thread(target=self._read, args=(child,), daemon=True)
        self.children.append(child)
        child.reader.start()
        return child

    def wait_for_all(self) -> list[Child]:
        """Wait until every process has ended by itself."""
        for child in self.children:
            child.wait()
        return list(self.children)

    def find_dead(self) -> Child | None:
        return next((child for child in self.children if child.process.poll() is not None), None)

    def stop(self) -> None:
        """TERM to every group, up to eight seconds for all of them together, then KILL. Safe to call twice.

        A second Ctrl-C meanwhile means: at once.
        """
        with _answering_signals(lambda *_: self._signal_all(signal.SIGKILL)):
            self._end_all()

    def _end_all(self) -> None:
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
        self._signal_all(signal.SIGKILL)  # also what a leader that is gone left behind in its group
        self.wait_for_all()
        self.children.clear()
        while self._pipe:
            os.close(self._pipe.pop())

    def _signal_all(self, number: int) -> None:
        for child in self.children:
            _signal_group(child, number)

    def _read(self, child: Child) -> None:
        head = paint(f"{child.name:<{WIDTH}} |", PALETTE.get(child.name, "37"), self.log) if self.log else ""
        for raw in child.process.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            child.last_lines[:] = [*child.last_lines[-11:], line]
            if child.mark and child.mark in line:
                child.is_marked.set()
            if self.log is not None:
                # Nobody may be listening any more. Go on reading all the same, or the child blocks on a full pipe.
                with self._lock, contextlib.suppress(OSError, ValueError):
                    print(head, line, file=self.log, flush=True)


@contextlib.contextmanager
def _answering_signals(answer: Callable[..., None]) -> Iterator[None]:
    """Answer Ctrl-C and TERM with ``answer`` for the length of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, answer) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_group(child: Child) -> None:
    """Kill one child with all that it started."""
    _signal_group(child, signal.SIGKILL)


def _signal_group(child: Child, number: int) -> None:
    """The keeper leads the group, so its pid names it; nobody else can take that number while it is not reaped."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)

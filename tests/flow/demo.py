"""The real demo, started as a person starts it: ``manage.py demo --json``, on free ports, in a folder of its own.

All that a test knows of it is the one line of JSON that it prints when it is ready, and its lines on stderr.

Deliberately does not: import anything of the parties. Servers are met over HTTP, here as everywhere.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.environment import SECRET_VARIABLES
from tests.flow.processes import Process, can_tell, find_descendants, wait_until_gone

ROOT = Path(__file__).resolve().parents[2]
MANAGE = str(ROOT / "manage.py")
PORTS = ("STAGE_PORT", "AGENT0_PORT", "TODO0_PORT", "IDP_PORT", "TODO0_MCP_PORT")
SERVERS = ("DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL")
READY_WITHIN = 120.0
STOPPED_WITHIN = 20.0


class Demo:
    """One running demo. ``facts`` is its JSON, ``lines`` all that it has said so far.

    ``environment`` is what it was started with: whoever works on it as its operator means the same databases.
    """

    def __init__(self, process: subprocess.Popen[str], folder: Path, environment: dict[str, str]) -> None:
        self.process = process
        self.folder = folder
        self.environment = environment
        self.lines: list[str] = []
        self.facts: dict[str, Any] = {}
        self.crew: list[Process] = []
        self.said_after_ready = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_until_ready(self) -> None:
        """The line on stdout comes when everything answers, and not before; without one, say what was said."""
        limit = threading.Timer(READY_WITHIN, self.process.kill)
        limit.start()
        line = self.process.stdout.readline()
        limit.cancel()
        if not line:
            self.process.wait(STOPPED_WITHIN)
            self._reader.join(2)
            raise AssertionError("The demo did not become ready. It said:\n" + "\n".join(self.lines[-40:]))
        self.facts = json.loads(line)
        self.crew = find_descendants(self.process.pid) if can_tell() else []

    def stop(self) -> list[Process]:
        """Ctrl-C, and wait. Returns whoever of its processes is still there, which should be nobody."""
        crew = {*self.crew, *(find_descendants(self.process.pid) if can_tell() else [])}
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        self.said_after_ready = self.process.stdout.read()
        return wait_until_gone(list(crew), patience=2)

    def wait_for_line(self, what: str, *, after: int = 0, patience: float = 10.0) -> str:
        """The first line from number ``after`` on that contains ``what``."""
        return wait_for(
            lambda: next((line for line in self.lines[after:] if what in line), ""),
            f"no line says {what!r}",
            patience=patience,
        )

    def url(self, party: str) -> str:
        return str(self.facts[party]["url"])

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.lines.append(line.rstrip("\n"))


def wait_for(find: Callable[[], Any], otherwise: str, *, patience: float = 20.0, pause: float = 0.1) -> Any:
    """What ``find`` finds, as soon as it finds something."""
    deadline = time.monotonic() + patience
    while not (found := find()):
        assert time.monotonic() < deadline, f"{otherwise} within {patience:.0f} s"
        time.sleep(pause)
    return found


def environment_for(folder: Path, **extra: str) -> dict[str, str]:
    """As on a machine where nobody has set anything: the demo makes its own secrets and tells them in its JSON."""
    made_up = {*SECRET_VARIABLES, "AGENT0_TOKEN_KEY", "AGENT0_CLIENT_KEY", "DJANGO_SETTINGS_MODULE", "STAGE"}
    plain = {name: value for name, value in os.environ.items() if name not in made_up}
    plain["TODO0_ID_JAG_LIMIT"] = "off"  # tests redeem faster than any app does; test_7_limit has it on
    plain["IDP_ID_JAG_QUOTA"] = "0"  # and more in an hour than a person in a month
    return {**plain, "DEMO_VAR": str(folder), "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore", **extra}


def on_embedded_parts(**extra: str) -> dict[str, str]:
    """For a second demo beside the first: empty server variables, so that the two never share a database."""
    return dict.fromkeys(SERVERS, "") | extra


@contextlib.contextmanager
def running_demo(folder: Path, **extra: str) -> Iterator[Demo]:
    """A demo that is ready; at the end it has stopped and has left nobody behind."""
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    environment = environment_for(folder, **{**ports, **extra})
    process = subprocess.Popen(
        [sys.executable, MANAGE, "demo", "--json"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # a Ctrl-C at the terminal is for pytest, which stops the demo in its own time
    )
    demo = Demo(process, folder, environment)
    try:
        demo.wait_until_ready()
        yield demo
    finally:
        left = demo.stop()
    assert not left, f"the demo has ended and left {[one.pid for one in left]} behind"
    assert demo.said_after_ready == "", "stdout is for one line of JSON and nothing else"
    assert process.returncode == 0, f"the demo ended with {process.returncode}: " + "\n".join(demo.lines[-20:])


@contextlib.contextmanager
def fresh_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="xaa-flow-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def free_ports(count: int) -> list[int]:
    """Ports that are free on both loopback addresses, where a browser may look for ``localhost``."""
    taken: list[socket.socket] = []
    try:
        while len(taken) < count:
            candidate = socket.socket()
            candidate.bind(("127.0.0.1", 0))
            taken.append(candidate)
        return [one.getsockname()[1] for one in taken]
    finally:
        for one in taken:
            one.close()

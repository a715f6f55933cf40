"""Starts a peer in the environment that ``manage.py interop`` makes, and talks with it: one line of JSON each way.

Deliberately does not: let a peer see this project. It is given neither our packages nor our environment variables.
"""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stage.door.bootstrap import python_in
from stage.door.interop import find_node

FOLDER = Path(__file__).parent
ANSWERS_WITHIN = 30.0


class Peer:
    """One running program of a stranger's. ``said`` is what it wrote to stderr."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, question: object) -> Any:
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> Any:
        """Its next line; if it has none, what it said on its way out."""
        limit = threading.Timer(ANSWERS_WITHIN, self.process.kill)
        limit.start()
        line = self.process.stdout.readline()
        limit.cancel()
        if not line:
            self.process.wait(5)
            self._reader.join(2)
            raise AssertionError("the peer ended:\n" + "\n".join(self.said[-30:]))
        return json.loads(line)

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.said.append(line.rstrip("\n"))


@dataclass(frozen=True)
class Peers:
    """The environment of the peers; ``folder`` is the one that ``INTEROP_PEERS`` names."""

    folder: Path

    def command(self, program: str) -> list[str]:
        """How ``<peer>.mjs`` or ``<peer>.py`` is run."""
        if program.endswith(".mjs"):
            return [str(find_node(self.folder)), str(self.folder / "node" / program)]
        return [str(python_in(self.folder)), "-I", str(FOLDER / program)]

    @property
    def environment(self) -> dict[str, str]:
        bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**bare, "NODE_NO_WARNINGS": "1", "AUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONUNBUFFERED": "1"}

    @contextlib.contextmanager
    def running(self, program: str, facts: dict[str, Any]) -> Iterator[Peer]:
        """The peer, told ``facts`` as its first line. It ends when its stdin does."""
        process = subprocess.Popen(
            self.command(program),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            peer = Peer(process)
            process.stdin.write(json.dumps(facts) + "\n")
            process.stdin.flush()
            yield peer
        finally:
            with contextlib.suppress(OSError):
                process.stdin.close()
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

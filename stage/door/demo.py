"""``manage.py demo``: everything on this machine, from nothing to a page to click, and back to nothing on Ctrl-C.

Read it top to bottom; it is the order in which things happen. In ``--json`` mode stdout carries one line, when all
is ready, and everything else goes to stderr.

Deliberately does not: daemonise, restart what dies, or serve to other machines.
"""

import http.client
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import IO, NoReturn

from stage.door import directory, welcome
from stage.door.environment import environment_of
from stage.door.layout import AGENT0, WORKER, Party, find_var, servers_of
from stage.door.locks import Held, acquire
from stage.door.ports import choose_ports
from stage.door.preflight import check_folder, choose_parties
from stage.door.prepare import prepare
from stage.door.supervisor import Child, Supervisor
from stage.door.voice import Refusal, say

READY_WITHIN = 90.0
WORKER_WITHIN = 30.0
BIND = "127.0.0.1"  # by the variable that the server reads, so that a party can know whom it is reachable for
# The parties call one another, and a page that follows a run holds a thread: threads are cheap, deadlocks are not.
THREADS = 32


class Stop(BaseException):
    """Somebody asked the demo to end."""


def run_demo(arguments: list[str]) -> int:
    if arguments not in ([], ["--json"]):
        raise Refusal("Usage: manage.py demo [--json]")
    as_json = bool(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        return _serve(as_json=as_json)
    except Stop:
        say("Stopped. Nothing is left running.")
        return 0


def _serve(*, as_json: bool) -> int:
    started_at = time.monotonic()
    check_folder(find_var())
    parties = choose_parties()
    lock = _take_folder(find_var())
    servers = servers_of(parties)
    ports, moved = choose_ports(servers)
    if moved:
        say(f"{moved}; taking {', '.join(str(ports[server.variable]) for server in servers)} instead.")
    _announce(lock, ports)
    environments = {party.package: environment_of(party.package, ports) for party in parties}
    prepare(parties, environments)
    with Supervisor(log=sys.stderr if as_json else sys.stdout) as crew:
        for server in servers:
            command = server_command(server, str(ports[server.variable]))
            crew.start(server.name, command, environment={**environments[server.package], "GRANIAN_HOST": BIND})
        worker = crew.start(WORKER, worker_command(), environment=environments[AGENT0.package], mark=" ready.")
        _wait_until_ready(crew, servers, ports)
        _wait_for_worker(crew, worker)
        facts = directory.build(environments)
        if as_json:
            print(json.dumps(facts), flush=True)
        else:
            print(welcome.render(facts, seconds=time.monotonic() - started_at), flush=True)
        _watch(crew)


def server_command(server: Party, port: str) -> list[str]:
    kind = ["asgi"] if server.application else ["wsgi", "--blocking-threads", str(THREADS)]
    serve = [sys.executable, "-m", "granian", "--port", port, "--interface", *kind]
    limits = ["--workers", "1", "--workers-kill-timeout", "3", "--no-ws", "--log-level", "error"]
    return [*serve, *limits, server.application or f"{server.package}.wsgi:application"]


def worker_command() -> list[str]:
    calm = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    pool = ["--pool=threads", "--concurrency=4", "--loglevel=INFO"]
    return [sys.executable, "-m", "celery", "--quiet", "--app", "agent0.celery", "worker", *pool, *calm]


def ask_health(port: int) -> str:
    """Ask one party how it is: ``""`` when well, else what came back instead."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        body = answer.read(200).decode(errors="replace")
    except (OSError, http.client.HTTPException) as failure:
        return f"no answer ({failure.__class__.__name__})"
    finally:
        connection.close()
    return "" if answer.status == 200 else f"{answer.status} {body}"


def _stop(*_: object) -> NoReturn:
    raise Stop


def _take_folder(var: Path) -> IO[str]:
    """One demo to a folder: a second one would seed its own addresses into the first one's databases."""
    try:
        return acquire(var / "demo.lock", wait=False)
    except Held as held:
        raise Refusal(
            f"A demo is already running in {var}. Stop it first, or give this one a folder of its own: "
            f"DEMO_VAR=/tmp/second-demo make demo"
        ) from held


def _announce(lock: IO[str], ports: dict[str, int]) -> None:
    """Into the locked file, for ``reset`` and ``doctor`` to find."""
    lock.seek(0)
    lock.truncate()
    lock.write(json.dumps({"pid": os.getpid(), "ports": ports}))
    lock.flush()


def _wait_until_ready(crew: Supervisor, servers: tuple[Party, ...], ports: dict[str, int]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    waiting = dict.fromkeys(servers, "not asked yet")
    while waiting := {server: reason for server in waiting if (reason := ask_health(ports[server.variable]))}:
        _check_alive(crew)
        if time.monotonic() > deadline:
            found = "; ".join(f"{server.title}: {reason}" for server, reason in waiting.items())
            raise Refusal(f"Not ready after {READY_WITHIN:.0f} s. {found}. Their lines above say more.")
        time.sleep(0.1)


def _wait_for_worker(crew: Supervisor, worker: Child) -> None:
    """It has no port to ask, so its own word counts; a log level that hides that word is no reason to give up."""
    deadline = time.monotonic() + WORKER_WITHIN
    while not worker.is_marked.wait(0.1):
        _check_alive(crew)
        if time.monotonic() > deadline:
            say(
                f"The worker has not said that it is ready within {WORKER_WITHIN:.0f} s; going on without waiting."
            )
            return


def _watch(crew: Supervisor) -> NoReturn:
    while True:
        _check_alive(crew)
        time.sleep(0.2)


def _check_alive(crew: Supervisor) -> None:
    if child := crew.find_dead():
        child.reader.join(timeout=1)
        shown = "\n".join(f"  {child.name} | {line}" for line in child.last_lines)
        code = child.process.returncode
        raise Refusal(
            f"{shown}\n{child.name} ended (exit {code}), so everything was stopped. Its last lines are above."
        )

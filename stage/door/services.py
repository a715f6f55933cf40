"""``manage.py test-services``: the suites on a real PostgreSQL and a real Redis, started here and stopped here.

Each suite is given databases and Redis numbers of its own, so that two can run at a time. The servers listen on
free loopback ports, keep their files in a temporary folder, and are ended by their own process ids.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stage.door.keeper import die_with_parent
from stage.door.layout import PARTIES
from stage.door.testrun import AGAIN, SUITES, Suite, choose_suites, run_suites, split_arguments
from stage.door.voice import Refusal, say

START_WITHIN = 30.0
ACCOUNT = "postgres"
NOT_CONCERNED = ("house", "browser")


@dataclass(frozen=True)
class Services:
    """Where the two listen, and the password of PostgreSQL's superuser, which lives as long as this run."""

    postgres_port: int
    redis_port: int
    password: str

    def environment_for(self, suite: Suite) -> dict[str, str]:
        number = SUITES.index(suite) * 2
        server = f"postgresql://{ACCOUNT}:{self.password}@127.0.0.1:{self.postgres_port}"
        return {
            "DATABASE_URL": f"{server}/{{party}}_{suite.name}",
            "CACHE_URL": f"redis://127.0.0.1:{self.redis_port}/{number}",
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{self.redis_port}/{number + 1}",
        }


def run_on_services(arguments: list[str]) -> int:
    """As ``run_tests``: suites, and after ``--`` pytest's own options."""
    if missing := find_missing():
        say(f"SKIPPED: no {' and no '.join(missing)} on this machine. apt-get install {' '.join(missing)}")
        print("0 passed, 0 failed, 0 skipped" if not os.environ.get("CI") else "0 passed, 1 failed, 0 skipped")
        return 1 if os.environ.get("CI") else 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends this ends the servers with it
    names, options = split_arguments(arguments)
    suites = choose_suites(names, without=NOT_CONCERNED)
    with tempfile.TemporaryDirectory(prefix="xaa-services-") as folder, contextlib.ExitStack() as stack:
        Path(folder).chmod(0o755)
        password = secrets.token_hex(16)
        postgres_port = stack.enter_context(_postgres(Path(folder), password))
        redis_port = stack.enter_context(_redis(Path(folder)))
        running = Services(postgres_port, redis_port, password)
        _create_databases(running, suites)
        say(f"PostgreSQL listens on {postgres_port}, Redis on {redis_port}, for as long as this run takes.")
        return run_suites(suites, [*AGAIN, *options], running.environment_for)


def find_missing() -> list[str]:
    """The Debian packages that would bring what is not here."""
    here = {"postgresql": _find_postgres(), "redis-server": shutil.which("redis-server")}
    return [package for package, found in here.items() if found is None]


def _find_postgres() -> Path | None:
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)]
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).parent if on_path else None


def _version(initdb: Path) -> float:
    name = initdb.parts[-3]
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


@contextlib.contextmanager
def _postgres(folder: Path, password: str) -> Iterator[int]:
    """A cluster of our own. PostgreSQL refuses to run as root, so root hands it to the account made for it."""
    binaries, port = _find_postgres(), _free_port()
    data, passwords = folder / "postgres", folder / "postgres-password"
    data.mkdir()
    passwords.write_text(password, encoding="utf-8")
    passwords.chmod(0o600)
    account: dict[str, Any] = {}
    if os.getuid() == 0:
        account = {"user": ACCOUNT, "group": ACCOUNT}
        for path in (data, passwords):
            shutil.chown(path, ACCOUNT, ACCOUNT)
    make = [f"{binaries}/initdb", "-D", str(data), "-U", ACCOUNT, "-A", "scram-sha-256", "--no-sync"]
    made = subprocess.run(
        [*make, f"--pwfile={passwords}", "-E", "UTF8"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **account,
    )
    if made.returncode != 0:
        raise Refusal(f"{made.stderr}\nPostgreSQL could not make its files.")
    serve = [f"{binaries}/postgres", "-D", str(data), "-p", str(port), "-k", str(data)]
    # Durability is what the parties rely on in production, and what a throw-away cluster can do without.
    quick = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=300"]
    with _server([*serve, *quick], port, folder / "postgres.log", **account):
        yield port


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[int]:
    port, data = _free_port(), folder / "redis"
    data.mkdir()
    quiet = ["--save", "", "--appendonly", "no", "--databases", str(2 * len(SUITES)), "--dir", str(data)]
    with _server(["redis-server", "--bind", "127.0.0.1", "--port", str(port), *quiet], port, folder / "redis.log"):
        yield port


@contextlib.contextmanager
def _server(command: list[str], port: int, log: Path, **account: str) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # type: ignore[call-overload]
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (no other thread runs yet)
            **account,
        )
    try:
        deadline = time.monotonic() + START_WITHIN
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Refusal(f"{log.read_text(errors='replace')[-2000:]}\n{command[0]} did not start.")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL's "fast": it does not wait for its clients to leave
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _create_databases(running: Services, suites: list[Suite]) -> None:
    import psycopg

    server = f"postgresql://{ACCOUNT}:{running.password}@127.0.0.1:{running.postgres_port}/postgres"
    with psycopg.connect(server, autocommit=True) as connection:
        for suite in suites:
            for name in ["xaa", *(party.place for party in PARTIES)]:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(_named(f"{name}_{suite.name}")))


def _named(name: str) -> object:
    from psycopg import sql

    return sql.Identifier(name)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A real worker process over a real broker (a folder, or Redis when so set) and a database file, to be killed.

The test's process has its own database; what the worker sees lies in ``folder`` and is read here with plain SQL.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.agent0.far_side import FarSide

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import django; django.setup()
from datetime import timedelta
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from agent0.jobs.models import Run
from agent0.tokens.sessions import start_session
call_command("migrate", verbosity=0)
alice = User.objects.create_user("alice")
session = start_session(user_id=alice.pk, issuer=settings.IDP_ISSUER, subject="s", id_token="t", refresh_token="r",
                        id_token_expires_at=timezone.now() + timedelta(hours=1))
for number in range(20):
    Run.objects.create(user=alice, session=session, kind="create_todo", state="waiting_confirmation",
                       arguments={"title": f"Todo {number}"})
"""


class WorkerProcess:
    def __init__(self, folder: Path, far_side: FarSide) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.environment = clean | {
            "DJANGO_SETTINGS_MODULE": "agent0.settings",
            "PYTHONPATH": str(ROOT),
            "DEMO_VAR": str(folder),
            "XAA_ALLOW_PRIVATE_ADDRESSES": "1",
            "AGENT0_IDP_ISSUER": far_side.idp_issuer,
            "AGENT0_RESOURCE_AS_ISSUER": far_side.url,
            "AGENT0_RESOURCE": f"{far_side.url}/api",
            "AGENT0_RUN_LEASE_SECONDS": "2",
            "AGENT0_RUN_PICKUP_SECONDS": "1",
            "AGENT0_RUN_SWEEP_SECONDS": "1",
            "AGENT0_RUN_MAX_ATTEMPTS": "20",
        }

    def prepare(self) -> None:
        subprocess.run([sys.executable, "-c", PREPARE], env=self.environment, cwd=ROOT, check=True, timeout=60)

    def start(self) -> None:
        calm = ["--pool=threads", "--concurrency=5", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [sys.executable, "-m", "celery", "--app", "agent0.celery", "worker", *calm]
        with (self.folder / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)

    def kill(self) -> None:
        """As the kernel does when memory runs out: no handler, no goodbye."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def queue_runs(self, *titles: str) -> None:
        """As a page does, but for the message: whether that comes is the sweeper's business."""
        for title in titles:
            self.execute(
                "UPDATE jobs_run SET state = 'queued' WHERE json_extract(arguments, '$.title') = ?", title
            )

    def forget_access_tokens(self) -> None:
        self.execute("DELETE FROM tokens_cachedaccesstoken")

    def wait_until_done(self, title: str, seconds: float = 40) -> None:
        self.wait_for(lambda: self.state_of(title) == "done", f"{title} to be done", seconds)

    def wait_for(self, condition, what: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            log = (self.folder / "worker.log").read_text()
            assert time.monotonic() < deadline, f"expected {what}; the worker's log:\n{log[-3000:]}"
            time.sleep(0.05)

    def state_of(self, title: str) -> str:
        return self.execute("SELECT state FROM jobs_run WHERE json_extract(arguments, '$.title') = ?", title)[0][0]

    def execute(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "agent0.sqlite3", timeout=20)) as database, database:
            return database.execute(statement, values).fetchall()

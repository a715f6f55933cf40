"""``manage.py reset``: back to the seeded state, all parties at once, while the demo runs or not."""

import contextlib
import os
import subprocess
import sys

from stage.door.environment import environment_of, load_running
from stage.door.layout import AGENT0, MANAGE, find_var, servers_of
from stage.door.ports import choose_ports
from stage.door.preflight import check_folder, choose_parties
from stage.door.prepare import prepare
from stage.door.supervisor import Supervisor
from stage.door.voice import Refusal, say


def run_reset(arguments: list[str]) -> int:
    if arguments:
        raise Refusal("Usage: manage.py reset")
    check_folder(find_var())
    parties = choose_parties()
    running = load_running()
    ports = running or choose_ports(servers_of(parties))[0]
    environments = {party.package: environment_of(party.package, ports) for party in parties}
    if not running:
        prepare(parties, environments)
    _empty_queue(environments[AGENT0.package])
    with Supervisor(log=None) as crew:
        for party in parties:
            command = [sys.executable, str(MANAGE), party.package, "reset_state"]
            crew.start(party.package, command, environment=environments[party.package])
        failed = [child for child in crew.wait_for_all() if child.process.returncode != 0]
    if failed:
        shown = "\n".join(f"  {child.name} | {line}" for child in failed for line in child.last_lines)
        raise Refusal(f"{shown}\nCould not reset {', '.join(child.name for child in failed)}.")
    say("Everything is back to the seeded state. Everybody is signed out; reload the page you were on.")
    return 0


def _empty_queue(environment: dict[str, str]) -> None:
    """Forget queued runs: they name rows that are about to go."""
    if os.environ.get("CELERY_BROKER_URL"):
        purge = [sys.executable, "-m", "celery", "--app", "agent0.celery", "purge", "--force"]
        subprocess.run(purge, env=environment, capture_output=True, check=False)
        return
    for message in (find_var() / "queue").glob("*.msg"):
        with contextlib.suppress(FileNotFoundError):  # the worker was quicker
            message.unlink()

"""``manage.py reset``: back to the seeded state, all parties at once, while the demo runs or not.

While it runs this is the *Reset* of its pages, pressed by a program: the stage does it, and it can be undone
there.
"""

import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

from stage.door.environment import environment_of, is_demo, load_any_secret, load_running
from stage.door.layout import AGENT0, MANAGE, STAGE, Party, find_var, servers_of, url_of
from stage.door.ports import choose_ports
from stage.door.preflight import check_folder, choose_parties
from stage.door.prepare import prepare
from stage.door.supervisor import Supervisor
from stage.door.voice import Refusal, say

PATIENCE = 20.0


def run_reset(arguments: list[str]) -> int:
    if arguments:
        raise Refusal("Usage: manage.py reset")
    check_folder(find_var())
    parties = choose_parties()
    running = load_running()
    ports = running or choose_ports(servers_of(parties))[0]
    environments = {party.package: environment_of(party.package, ports) for party in parties}
    if running and is_demo():
        _ask_stage(environments[STAGE.package])
    else:
        if not running:
            prepare(parties, environments)
        _empty_queue(environments[AGENT0.package])
        _reset_each(parties, environments)
        say("Everything is back to the seeded state.")
    return 0


def _ask_stage(environment: dict[str, str]) -> None:
    key = environment.get("STAGE_KEY") or load_any_secret("STAGE_KEY")
    url = f"{url_of(STAGE, environment)}/-/stage/reset"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, b"{}", headers, method="POST")  # noqa: S310  (our own address)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=PATIENCE) as answer:
            done = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError) as failure:
        raise Refusal(f"The stage did not reset the world: {failure}. Its lines say more.") from failure
    if done["refused"]:
        missed = "; ".join(f"{one['place']}: {one['reason']}" for one in done["refused"])
        raise Refusal(f"Not everybody has begun the new world: {missed}. Run it again when they answer.")
    say(
        f"World reset in {done['seconds']:.1f} s. Everybody is signed out. "
        f"For half a minute the demo's pages have an Undo."
    )


def _reset_each(parties: tuple[Party, ...], environments: dict[str, dict[str, str]]) -> None:
    with Supervisor(log=None) as crew:
        for party in parties:
            command = [sys.executable, str(MANAGE), party.package, "reset_state"]
            crew.start(party.package, command, environment=environments[party.package])
        failed = [child for child in crew.wait_for_all() if child.process.returncode != 0]
    if failed:
        shown = "\n".join(f"  {child.name} | {line}" for child in failed for line in child.last_lines)
        raise Refusal(f"{shown}\nCould not reset {', '.join(child.name for child in failed)}.")


def _empty_queue(environment: dict[str, str]) -> None:
    """Forget queued runs: they name rows that are about to go."""
    if os.environ.get("CELERY_BROKER_URL"):
        purge = [sys.executable, "-m", "celery", "--app", "agent0.celery", "purge", "--force"]
        subprocess.run(purge, env=environment, capture_output=True, check=False)
        return
    for message in (find_var() / "queue").glob("*.msg"):
        with contextlib.suppress(FileNotFoundError):
            message.unlink()

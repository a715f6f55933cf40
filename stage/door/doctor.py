"""``manage.py doctor``: what this machine has, what it lacks, and the remedy for each. Runs on a bare Python.

What only the tests want is told and does not fail; what the demo needs and cannot make for itself does.
"""

import http.client
import json
import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stage.door import bootstrap, matrix, ports, services
from stage.door.demo import ask_health
from stage.door.environment import load_any_secret, load_running
from stage.door.layout import SERVERS, STAGE, find_var, servers_of
from stage.door.preflight import check_folder, choose_parties
from stage.door.voice import Refusal, table

WELL, NOTE, MISSING = "ok", "note", "MISSING"


@dataclass(frozen=True)
class Finding:
    """``remedy`` is one line a person can act on; empty when there is nothing to do."""

    what: str
    verdict: str
    found: str
    remedy: str = ""


def run_doctor() -> int:
    findings = [check() for check in CHECKS]
    print("\n".join(table([(one.verdict, one.what, one.found) for one in findings])))
    if remedies := [one for one in findings if one.remedy]:
        print("\nTo mend it:")
        print("\n".join(table([(one.what, one.remedy) for one in remedies])))
    is_ill = any(one.verdict == MISSING for one in findings)
    print("\nSomething the demo needs is missing." if is_ill else "\nThe demo can run here.")
    return 1 if is_ill else 0


def check_python() -> Finding:
    return Finding("Python", WELL, f"{platform.python_version()} at {sys.executable}")


def check_environment() -> Finding:
    venv = bootstrap.venv_folder()
    if bootstrap.is_ready(venv, "demo"):
        return Finding("packages", WELL, str(venv))
    if shutil.which("uv") or _has_module("ensurepip"):
        return Finding("packages", NOTE, "not installed yet", "nothing to do: 'make demo' installs them once")
    return Finding("packages", MISSING, "this Python cannot make environments", "apt-get install python3-venv")


def check_var() -> Finding:
    try:
        check_folder(find_var())
    except Refusal as refusal:
        return Finding("folder", MISSING, str(find_var()), str(refusal))
    return Finding("folder", WELL, f"{find_var()}, {shutil.disk_usage(find_var()).free // 2**30} GB free")


def check_secrets() -> Finding:
    path = find_var() / "demo.env"
    if not path.exists():
        return Finding("secrets", WELL, "made by the first start")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding("secrets", MISSING, f"{path} can be read by others", f"chmod 600 {path}")
    return Finding("secrets", WELL, f"{path}, for this user only")


def check_ports() -> Finding:
    if running := load_running():
        silent = [
            f"{server.title}: {ask_health(running[server.variable])}"
            for server in SERVERS
            if _is_ill(server, running)
        ]
        found = "; ".join(silent) or "all parties answer"
        return Finding(
            "demo", MISSING if silent else WELL, f"running; {found}", "restart the demo" if silent else ""
        )
    try:
        chosen, moved = ports.choose_ports(servers_of(choose_parties()))
    except Refusal as refusal:
        return Finding("ports", MISSING, "not to be had", str(refusal))
    numbers = ", ".join(str(chosen[party.variable]) for party in SERVERS if party.variable in chosen)
    return Finding(
        "ports", NOTE if moved else WELL, f"{moved}; the demo would take {numbers}" if moved else numbers
    )


def check_flow() -> Finding:
    """The running demo's own pre-flight (docs/presenting.md): the page and this command say the same."""
    running = load_running()
    if not running:
        return Finding("pre-flight", NOTE, "not run: no demo is running here", "start the demo, then ask again")
    try:
        told = ask_preflight(running[STAGE.variable])
    except (OSError, http.client.HTTPException, ValueError) as failure:
        return Finding(
            "pre-flight", MISSING, f"the stage did not answer ({type(failure).__name__})", "see its log"
        )
    if told["is_go"]:
        found = f"go: {len(told['findings'])} checks in {told['milliseconds']} ms; the twelfth is your window"
        return Finding("pre-flight", WELL, found)
    ill = [one for one in told["findings"] if not one["is_well"] and one["is_tried"]]
    found = "; ".join(f"{one['title']}: no. {one['found']}" for one in ill)
    return Finding("pre-flight", MISSING, f"no-go. {found}", f"{ill[0]['who']}: {ill[0]['advice']}")


def ask_preflight(port: int) -> dict[str, Any]:
    """``ValueError`` for anything but the stage's own answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {load_any_secret('STAGE_KEY')}", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/-/stage/preflight", "{}", headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(answer.status)
        return dict(json.load(answer))
    finally:
        connection.close()


def check_browser() -> Finding:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    remedy = "" if found else "for 'make test' only: apt-get install chromium, or set CHROMIUM to a browser's path"
    return Finding("browser", WELL if found else NOTE, found or "none, so the browser tests are skipped", remedy)


def check_services() -> Finding:
    if missing := services.find_missing():
        remedy = f"for 'make test-services' only: apt-get install {' '.join(missing)}"
        return Finding("services", NOTE, f"no {' and no '.join(missing)}", remedy)
    return Finding("services", WELL, "PostgreSQL and Redis are here")


def check_matrix() -> Finding:
    python = matrix.find_python()
    remedy = "" if python else f"for 'make test-matrix' only: install Python {matrix.VERSION}"
    return Finding("matrix", WELL if python else NOTE, python or f"no Python {matrix.VERSION}", remedy)


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python,
    check_environment,
    check_var,
    check_secrets,
    check_ports,
    check_flow,
    check_browser,
    check_services,
    check_matrix,
)


def _is_ill(party: object, running: dict[str, int]) -> bool:
    variable = getattr(party, "variable", "")
    return variable in running and bool(ask_health(running[variable]))


def _has_module(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None

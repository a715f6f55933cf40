"""``manage.py test``: every suite in a process of its own, and one plain line of totals at the end.

pytest-django takes one settings module a process, so ``tests/<party>`` runs with that party's settings. Two suites
run at a time; those that start the whole demo, and the browser, have the machine to themselves.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from stage.door.layout import ROOT
from stage.door.supervisor import Child, Supervisor, end_group
from stage.door.voice import Refusal, say, table

TIME_LIMIT = 2400.0
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Suite:
    """``tests/<name>``. ``settings`` is empty where no Django is set up; ``alone`` gives it the whole machine."""

    name: str
    settings: str = ""
    alone: bool = False


SUITES = (
    Suite("house"),
    Suite("xaa", "tests.xaa.settings"),
    Suite("xaa_signin", "tests.xaa_signin.settings"),
    Suite("agent0", "agent0.settings"),
    Suite("todo0", "todo0.settings"),
    Suite("idp_mock", "idp_mock.settings"),
    Suite("stage", "stage.settings"),
    Suite("flow", alone=True),
    Suite("browser", alone=True),
)
Environments = Callable[[Suite], dict[str, str]]


@dataclass(frozen=True)
class Outcome:
    suite: Suite
    passed: int
    failed: int
    skipped: int
    seconds: float
    note: str = ""


def run_tests(arguments: list[str]) -> int:
    """``[suites...] [-- pytest options...]``; without suites, all of them."""
    names, options = split_arguments(arguments)
    return run_suites(choose_suites(names), options)


def choose_suites(names: list[str], without: tuple[str, ...] = ()) -> list[Suite]:
    known = {suite.name: suite for suite in SUITES}
    if unknown := [name for name in names if name not in known]:
        raise Refusal(
            f"No suite {unknown[0]!r}. There are: {', '.join(known)}. pytest's own options come after --."
        )
    asked = [known[name] for name in names] or [suite for suite in SUITES if suite.name not in without]
    return [suite for suite in asked if any((ROOT / "tests" / suite.name).rglob("test_*.py"))]


def run_suites(suites: list[Suite], options: list[str], environments: Environments | None = None) -> int:
    """Run ``suites``, print how each went, then the totals. ``environments`` adds variables for one of them."""
    reports = Path(tempfile.mkdtemp(prefix="xaa-reports-"))

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends this ends the suites with it
    try:
        with ThreadPoolExecutor(max_workers=2) as pool, Supervisor(log=sys.stdout) as crew:

            def run(suite: Suite) -> Outcome:
                added = environments(suite) if environments else {}
                return _run_suite(crew, suite, options, reports, added)

            outcomes = list(pool.map(run, [suite for suite in suites if not suite.alone]))
            outcomes += [run(suite) for suite in suites if suite.alone]
    finally:
        shutil.rmtree(reports, ignore_errors=True)
    return _conclude(outcomes)


AGAIN: Final = ["-m", "not once"]
"""What a suite is run with on another database or Python: minutes that could tell nothing new are left out."""


def split_arguments(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _run_suite(
    crew: Supervisor, suite: Suite, options: list[str], reports: Path, added: dict[str, str]
) -> Outcome:
    report = reports / f"{suite.name}.xml"
    command = [sys.executable, "-m", "pytest", f"tests/{suite.name}", "-q", f"--junitxml={report}", *options]
    if suite.settings:
        command.append(f"--ds={suite.settings}")
    started_at = time.monotonic()
    folder = tempfile.mkdtemp(prefix=f"xaa-{suite.name}-")
    environment = {**os.environ, "DEMO_VAR": folder, "PYTHONUNBUFFERED": "1", **added}
    try:
        child = crew.start(suite.name, command, environment=environment)
        code, note = _wait(child)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - started_at
    if code == NO_TESTS_COLLECTED:
        return Outcome(suite, 0, 0, 0, seconds, "no test chosen")
    return _count(suite, report, code, seconds, note)


def _wait(child: Child) -> tuple[int, str]:
    try:
        return child.wait(TIME_LIMIT), ""
    except subprocess.TimeoutExpired:
        end_group(child)
        return child.wait(), f"stopped after {TIME_LIMIT:.0f} s"


def _count(suite: Suite, report: Path, code: int, seconds: float, note: str) -> Outcome:
    """Read pytest's own report. A suite that left none, or failed without a failing test, is one failure."""
    try:
        totals = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314 (written by pytest, just now)
    except (OSError, ElementTree.ParseError):
        totals = None
    if totals is None:
        return Outcome(suite, 0, 1, 0, seconds, note or f"pytest ended with {code} and no report")
    found = {name: int(totals.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
    failed = found["failures"] + found["errors"]
    if code != 0 and not failed:
        failed, note = 1, note or f"pytest ended with {code}"
    passed = max(0, found["tests"] - found["failures"] - found["errors"] - found["skipped"])
    return Outcome(suite, passed, failed, found["skipped"], seconds, note)


def _conclude(outcomes: list[Outcome]) -> int:
    rows = [("suite", "passed", "failed", "skipped", "seconds", "")]
    rows += [
        (one.suite.name, str(one.passed), str(one.failed), str(one.skipped), f"{one.seconds:.1f}", one.note)
        for one in outcomes
    ]
    print("", *table(rows), "", sep="\n", flush=True)
    passed = sum(one.passed for one in outcomes)
    failed = sum(one.failed for one in outcomes)
    skipped = sum(one.skipped for one in outcomes)
    if not passed + failed + skipped:
        say("No test ran.")
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or not passed + skipped else 0

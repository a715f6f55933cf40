"""``manage.py lint``: everything that is checked without running the tests; all of it, then the verdicts."""

import os
import subprocess
import sys
import tempfile

from stage.door.environment import environment_of
from stage.door.layout import MANAGE, PARTIES, ROOT
from stage.door.voice import table

PYTHON = [sys.executable, "-m"]


def run_lint() -> int:
    checks = {
        "style": [*PYTHON, "ruff", "check", "."],
        "format": [*PYTHON, "ruff", "format", "--check", "--quiet", "."],
        "types of xaa": [*PYTHON, "mypy"],
        "imports": [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
    }
    with tempfile.TemporaryDirectory(prefix="xaa-lint-") as folder:
        os.environ["DEMO_VAR"] = folder
        codes = {name: _check(name, command, package="agent0") for name, command in checks.items()}
        for party in PARTIES:
            codes |= _check_party(party.package)
    rows = [(name, "ok" if code == 0 else f"FAILED ({code})") for name, code in codes.items()]
    print("", *table(rows), sep="\n")
    return 1 if any(codes.values()) else 0


def _check_party(package: str) -> dict[str, int]:
    """The plugin for Django reads a party's models from its settings, so mypy runs once for each."""
    mypy = [*PYTHON, "mypy", "--config-file", "tests/typing.ini", "--cache-dir", f".mypy_cache/{package}", package]
    missing = [sys.executable, str(MANAGE), package, "makemigrations", "--check", "--dry-run"]
    return {
        f"types of {package}": _check(
            f"types of {package}", mypy, package=package, settings=f"{package}.settings"
        ),
        f"migrations of {package}": _check(f"migrations of {package}", missing, package=package),
    }


def _check(name: str, command: list[str], *, package: str, settings: str = "") -> int:
    print(f"-- {name}", flush=True)
    of_party = environment_of(package, {})
    environment = {**of_party, "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode

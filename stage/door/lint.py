"""``manage.py lint``: everything that is checked without running the tests; all of it, then the verdicts."""

import os
import subprocess
import sys
import tempfile

from stage.door.environment import environment_of
from stage.door.layout import MANAGE, PARTIES, ROOT
from stage.door.voice import table


def run_lint() -> int:
    python = [sys.executable, "-m"]
    checks = {
        "style": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "--quiet", "."],
        "types": [*python, "mypy"],
        "imports": [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
    }
    for party in PARTIES:
        missing = [sys.executable, str(MANAGE), party.package, "makemigrations", "--check", "--dry-run"]
        checks[f"migrations of {party.package}"] = missing
    with tempfile.TemporaryDirectory(prefix="xaa-lint-") as folder:
        os.environ["DEMO_VAR"] = folder
        environment = {**environment_of("agent0", {}), "DJANGO_SETTINGS_MODULE": "", "PYTHONPATH": str(ROOT)}
        codes = {name: _check(name, command, environment) for name, command in checks.items()}
    rows = [(name, "ok" if code == 0 else f"FAILED ({code})") for name, code in codes.items()]
    print("", *table(rows), sep="\n")
    return 1 if any(codes.values()) else 0


def _check(name: str, command: list[str], environment: dict[str, str]) -> int:
    print(f"-- {name}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode

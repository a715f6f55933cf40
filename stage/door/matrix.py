"""``manage.py test-matrix``: the suites again on Python 3.12, where the requirements resolve to a newer Django.

A warning that something we call is going away is a failure there, so the next version is no surprise.
"""

import os
import shutil
import subprocess
from pathlib import Path

from stage.door.layout import MANAGE, ROOT
from stage.door.testrun import AGAIN
from stage.door.voice import say

VERSION = "3.12"
STRICT = "filterwarnings=error::DeprecationWarning:(xaa|stage|agent0|todo0|idp_mock)"


def run_matrix(arguments: list[str]) -> int:
    python = find_python()
    if python is None:
        say(f"SKIPPED: no Python {VERSION} on this machine, so nothing ran on it. Install it and run again.")
        print("0 passed, 0 failed, 0 skipped")
        return 0
    environment = {**os.environ, "XAA_VENV": str(ROOT / f".venv-{VERSION.replace('.', '')}")}
    suites = arguments or ["house", "xaa", "xaa_signin", "agent0", "todo0", "idp_mock", "stage", "flow"]
    command = [python, str(MANAGE), "test", *suites, "--", *AGAIN, "-o", STRICT]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def find_python() -> str | None:
    """A Python of that version that really starts: version managers leave names on PATH that do not."""
    homes = [Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"]
    candidates = [shutil.which(f"python{VERSION}"), *(str(path) for path in _installed(homes))]
    return next((candidate for candidate in candidates if candidate and _starts(candidate)), None)


def _installed(homes: list[Path]) -> list[Path]:
    return [path for home in homes for path in sorted(home.glob(f"{VERSION}*/bin/python{VERSION}"), reverse=True)]


def _starts(python: str) -> bool:
    ask = f"import sys, venv; sys.exit('.'.join(map(str, sys.version_info[:2])) != '{VERSION}')"
    try:
        return subprocess.run([python, "-c", ask], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False

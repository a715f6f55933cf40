"""From a bare Python to an environment with everything in it: once, then a stamp says it is still right.

The requirements files are hashed: an index that serves other bytes than the ones reviewed is refused by the
installer. ``dev.txt`` holds all of ``demo.txt``, so an environment for tests serves the demo too.

Deliberately does not: touch the Python it runs on, or any environment it did not make.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from stage.door.layout import MANAGE, ROOT
from stage.door.locks import holding
from stage.door.voice import Refusal, say

SATISFIES = {"demo": ("demo", "dev"), "dev": ("dev",), "interop": ("interop",)}
PROVIDED = "none"  # XAA_VENV=none: the Python that runs this has everything already, as in the container image


def venv_folder() -> Path:
    return Path(os.environ.get("XAA_VENV") or ROOT / ".venv").absolute()


def python_in(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def requirements_file(kind: str) -> Path:
    return ROOT / "requirements" / f"{kind}.txt"


def stamp_of(kind: str, python_version: str) -> str:
    """What an environment made now would be stamped with."""
    digest = hashlib.sha256(python_version.encode() + b"\n" + requirements_file(kind).read_bytes()).hexdigest()
    return f"{kind} {digest}"


def is_ready(venv: Path, kind: str) -> bool:
    """Whether ``venv`` was completed for ``kind``, by this version of Python, from today's requirements."""
    try:
        stamp = (venv / ".xaa-stamp").read_text(encoding="utf-8").strip()
    except OSError:
        return False
    version = ".".join(map(str, sys.version_info[:2]))
    return python_in(venv).exists() and stamp in [stamp_of(each, version) for each in SATISFIES[kind]]


def enter_environment(kind: str, arguments: list[str]) -> None:
    """Make sure the environment for ``kind`` is there, and continue inside it: this process becomes its Python."""
    venv = venv_folder()
    if os.environ.get("XAA_VENV") == PROVIDED:
        return
    make_ready(venv, kind)
    if Path(sys.prefix).resolve() != venv.resolve():
        python = str(python_in(venv))
        os.execv(python, [python, str(MANAGE), *arguments])  # noqa: S606 (no shell is the point)


def make_ready(venv: Path, kind: str) -> None:
    """Make or complete ``venv`` for ``kind``, unless that was done: by one process, while others wait."""
    if not is_ready(venv, kind):
        with holding(venv.with_name(venv.name + ".lock")):
            if not is_ready(venv, kind):
                _make(venv, kind)


def _make(venv: Path, kind: str) -> None:
    uv = shutil.which("uv")
    (venv / ".xaa-stamp").unlink(missing_ok=True)
    if not _is_usable(venv):
        say(f"Making the environment {_shown(venv)} (once).")
        _create(venv, uv)
    say(f"Installing the packages of requirements/{kind}.txt with {'uv' if uv else 'pip'}, hashes checked (once).")
    _install(venv, kind, uv)
    version = ".".join(map(str, sys.version_info[:2]))
    (venv / ".xaa-stamp").write_text(stamp_of(kind, version) + "\n", encoding="utf-8")


def _is_usable(venv: Path) -> bool:
    """An interrupted creation leaves a folder without pip, an upgrade one whose Python is gone: made again."""
    python = python_in(venv)
    if not python.exists():
        return False
    wanted = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    if subprocess.run([python, "-c", wanted], capture_output=True, check=False).returncode != 0:
        return False
    has_pip = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    return has_pip or shutil.which("uv") is not None


def _create(venv: Path, uv: str | None) -> None:
    if venv.exists() and not (venv / "pyvenv.cfg").exists() and any(venv.iterdir()):
        raise Refusal(f"{venv} is not a Python environment. Move it away, or set XAA_VENV to another folder.")
    if uv:
        command = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)]
    else:
        command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Refusal(
            f"{_tail(made)}\nCould not make {venv}. On Debian and Ubuntu the missing part is: "
            f"apt-get install python3-venv. Installing uv works as well."
        )


def _install(venv: Path, kind: str, uv: str | None) -> None:
    python, listed = str(python_in(venv)), str(requirements_file(kind))
    if uv:
        command = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    else:
        command = [python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "--require-hashes", "--requirement", listed], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Refusal(
            f"{_tail(done)}\nCould not install requirements/{kind}.txt. Is this machine online, and its package "
            f"index reachable? Run the same command again when it is; nothing half-made is used."
        )


def _tail(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr + done.stdout).strip().splitlines()
    return "\n".join(f"  | {line}" for line in lines[-8:])


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)

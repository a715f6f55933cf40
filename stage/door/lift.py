"""``manage.py lift``: prove that ``xaa/`` can be lifted, with the built wheel and empty environments.

First, the wheel holds ``xaa`` and nothing else, and ``xaa.client`` works without Django. Second, a project that
has django-oauth-toolkit and the wheel, and nothing of this repository, redeems an ID-JAG (``tests/lift``).

Deliberately does not: install anything outside its own scratch folder. The packages' versions are those of
``requirements/demo.txt``.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from stage.door.layout import ROOT

PINNED = ROOT / "requirements" / "demo.txt"
CLIENT = """
import sys, xaa.client, xaa.jose
found = {"django", "oauth2_provider", "oauthlib", "mozilla_django_oidc"} & sys.modules.keys()
assert not found, found
print("xaa.client imports without Django")
"""


def run_lift() -> int:
    with tempfile.TemporaryDirectory(prefix="xaa-lift-") as scratch:
        folder = Path(scratch)
        alone, whole = _make(folder / "alone"), _make(folder / "whole")
        wheel = _build(alone, folder)
        strangers = sorted(name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("xaa"))
        if strangers:
            print(f"The wheel holds more than xaa: {strangers[:5]}")
            return 1
        print(f"Built {wheel.name}.")
        _install_alone(alone, wheel, folder / "constraints.txt")
        failed = _run(alone, folder, "-c", CLIENT)
        _install_whole(whole, wheel)
        shutil.copy(ROOT / "tests" / "lift" / "project.py", folder)
        return failed or _run(whole, folder, "project.py")


def _make(where: Path) -> Path:
    """The Python of an empty environment. It has a pip; the one that this runs in has none when uv made it."""
    subprocess.run([sys.executable, "-m", "venv", where], check=True)
    return where / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def _build(python: Path, folder: Path) -> Path:
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "xaa", source / "xaa", ignore=shutil.ignore_patterns("__pycache__"))
    _pip(python, "wheel", "--no-deps", "--wheel-dir", folder, source)
    return next(folder.glob("*.whl"))


def _install_alone(python: Path, wheel: Path, constraints: Path) -> None:
    """The wheel and what it asks for itself."""
    constraints.write_text(_without_hashes(PINNED.read_text(encoding="utf-8")), encoding="utf-8")
    _pip(python, "install", "--constraint", constraints, wheel)


def _install_whole(python: Path, wheel: Path) -> None:
    """The wheel beside all that the demo has."""
    _pip(python, "install", "--require-hashes", "--requirement", PINNED)
    _pip(python, "install", "--no-deps", wheel)


def _pip(python: Path, command: str, *arguments: str | Path) -> None:
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "pip", command, *quiet, *arguments], check=True)


def _without_hashes(text: str) -> str:
    lines = (line.removesuffix(" \\") for line in text.splitlines() if not line.lstrip().startswith("--hash"))
    return "\n".join(line for line in lines if line.strip() and "[" not in line)


def _run(python: Path, folder: Path, *arguments: str) -> int:
    return subprocess.run([python, *arguments], cwd=folder, check=False).returncode

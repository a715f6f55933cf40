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

CLIENT = """
import sys, xaa.client, xaa.jose
found = {"django", "oauth2_provider", "oauthlib", "mozilla_django_oidc"} & sys.modules.keys()
assert not found, found
print("xaa.client imports without Django")
"""


def run_lift() -> int:
    with tempfile.TemporaryDirectory(prefix="xaa-lift-") as scratch:
        folder = Path(scratch)
        wheel = _build(folder)
        strangers = sorted(name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("xaa"))
        if strangers:
            print(f"The wheel holds more than xaa: {strangers[:5]}")
            return 1
        print(f"Built {wheel.name}.")
        alone = _environment(folder / "alone", wheel, alone=True)
        failed = _run(alone, folder, "-c", CLIENT)
        whole = _environment(folder / "whole", wheel)
        shutil.copy(ROOT / "tests" / "lift" / "project.py", folder)
        return failed or _run(whole, folder, "project.py")


def _build(folder: Path) -> Path:
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "xaa", source / "xaa", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def _environment(where: Path, wheel: Path, *, alone: bool = False) -> Path:
    """An environment with the wheel and either what the wheel itself asks for, or all that the demo has."""
    subprocess.run([sys.executable, "-m", "venv", where], check=True)
    python = where / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pinned = ROOT / "requirements" / "demo.txt"
    if alone:
        constraints = where / "constraints.txt"
        constraints.write_text(_without_hashes(pinned.read_text(encoding="utf-8")), encoding="utf-8")
        subprocess.run([*install, "--constraint", constraints, wheel], check=True)
    else:
        subprocess.run([*install, "--require-hashes", "--requirement", pinned], check=True)
        subprocess.run([*install, "--no-deps", wheel], check=True)
    return python


def _without_hashes(text: str) -> str:
    lines = (line.removesuffix(" \\") for line in text.splitlines() if not line.lstrip().startswith("--hash"))
    return "\n".join(line for line in lines if line.strip() and "[" not in line)


def _run(python: Path, folder: Path, *arguments: str) -> int:
    return subprocess.run([python, *arguments], cwd=folder, check=False).returncode

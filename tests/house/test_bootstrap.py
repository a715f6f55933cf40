"""An environment is used only when its stamp says that it was completed, from today's requirements."""

import subprocess
import sys

import pytest

from stage.door import bootstrap
from stage.door.voice import Refusal
from tests.house.rooms import ROOT

VERSION = ".".join(map(str, sys.version_info[:2]))


@pytest.fixture
def venv(tmp_path):
    """A finished environment, as far as the door looks at it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    return tmp_path


def stamp(venv, kind, version=VERSION):
    (venv / ".xaa-stamp").write_text(bootstrap.stamp_of(kind, version) + "\n")


def test_an_environment_with_todays_stamp_is_ready(venv):
    stamp(venv, "demo")
    assert bootstrap.is_ready(venv, "demo")


def test_an_environment_for_tests_serves_the_demo_and_not_the_other_way_round(venv):
    stamp(venv, "dev")
    assert bootstrap.is_ready(venv, "demo")
    stamp(venv, "demo")
    assert not bootstrap.is_ready(venv, "dev")


def test_an_unfinished_environment_is_not_ready(venv):
    assert not bootstrap.is_ready(venv, "demo")


def test_another_version_of_python_is_not_ready(venv):
    stamp(venv, "demo", version="3.99")
    assert not bootstrap.is_ready(venv, "demo")


def test_changed_requirements_are_not_ready(venv, monkeypatch, tmp_path):
    stamp(venv, "demo")
    changed = tmp_path / "changed.txt"
    changed.write_text("something==1 --hash=sha256:0\n")
    monkeypatch.setattr(bootstrap, "requirements_file", lambda kind: changed)
    assert not bootstrap.is_ready(venv, "demo")


def test_it_refuses_to_overwrite_a_folder_that_is_no_environment(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Refusal, match="is not a Python environment"):
        bootstrap._create(tmp_path, None)
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("kind", ["demo", "dev"])
def test_every_requirement_is_pinned_and_hashed_and_names_no_address(kind):
    text = bootstrap.requirements_file(kind).read_text(encoding="utf-8")
    assert "://" not in text
    for block in text.replace("\\\n", " ").strip().splitlines():
        assert "==" in block.split("--hash")[0]
        assert "--hash=sha256:" in block


def test_an_old_python_is_told_in_one_sentence():
    text = (ROOT / "manage.py").read_text(encoding="utf-8")
    pretend = text.replace("sys.version_info < (3, 11)", "sys.version_info < (99, 0)")
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("This demo needs Python 3.11 or newer")
    assert len(done.stderr.strip().splitlines()) == 1

"""Whatever ends the demo ends all of it: a signal, the death of one process, SIGKILL of the supervisor itself."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stage.door.supervisor import Supervisor
from tests.house.rooms import ROOT

PATIENCE = 15.0
# A process with a child of its own, like a server with its worker; both write their pids and ignore nothing.
PARENT = (
    "import subprocess, sys, os, time, pathlib;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {child.pid}');"
    "time.sleep(600)"
)
DEAF = (
    "import signal, sys, os, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
)
# A supervisor in a process of its own, to be killed.
SUPERVISOR = (
    "import os, sys, time; from stage.door.supervisor import Supervisor\n"
    "crew = Supervisor(log=None)\n"
    "crew.start('parent', [sys.executable, '-c', sys.argv[1], sys.argv[2]], environment=dict(os.environ))\n"
    "time.sleep(600)\n"
)


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def read_pids(path: Path) -> list[int]:
    wait_for(lambda: path.exists() and path.read_text(), "the process did not start")
    return [int(word) for word in path.read_text().split()]


@pytest.fixture
def crew():
    with Supervisor(log=None) as crew:
        yield crew


def test_stopping_ends_a_process_and_its_children(crew, tmp_path):
    crew.start("parent", [sys.executable, "-c", PARENT, str(tmp_path / "pids")], environment=dict(os.environ))
    pids = read_pids(tmp_path / "pids")
    crew.stop()
    wait_for(lambda: not any(map(is_alive, pids)), f"{pids} are still there")


def test_stopping_leaves_the_answers_to_signals_as_they_were(crew):
    before = signal.getsignal(signal.SIGTERM)
    crew.stop()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_process_that_ignores_the_signal_is_killed(crew, tmp_path, monkeypatch):
    monkeypatch.setattr("stage.door.supervisor.GRACE", 0.3)
    crew.start("deaf", [sys.executable, "-c", DEAF, str(tmp_path / "pids")], environment=dict(os.environ))
    pids = read_pids(tmp_path / "pids")
    crew.stop()
    wait_for(lambda: not any(map(is_alive, pids)), f"{pids} are still there")


def test_a_process_that_ends_is_found_with_its_last_words(crew):
    program = "print('the reason'); raise SystemExit(7)"
    crew.start("short", [sys.executable, "-c", program], environment=dict(os.environ))
    wait_for(crew.find_dead, "the end was not noticed")
    child = crew.find_dead()
    child.reader.join(timeout=PATIENCE)
    assert (child.name, child.process.returncode, child.last_lines) == ("short", 7, ["the reason"])


def test_a_process_that_is_killed_leaves_no_child_behind(crew, tmp_path):
    crew.start("parent", [sys.executable, "-c", PARENT, str(tmp_path / "pids")], environment=dict(os.environ))
    parent, child = read_pids(tmp_path / "pids")
    os.kill(parent, signal.SIGKILL)
    wait_for(crew.find_dead, "the end was not noticed")
    crew.stop()
    wait_for(lambda: not is_alive(child), "a grandchild outlived its parent")


def test_killing_the_supervisor_leaves_nothing_behind(tmp_path):
    command = [sys.executable, "-c", SUPERVISOR, PARENT, str(tmp_path / "pids")]
    with subprocess.Popen(command, cwd=ROOT) as supervisor:
        pids = read_pids(tmp_path / "pids")
        supervisor.kill()
        wait_for(lambda: not any(map(is_alive, pids)), f"{pids} outlived their supervisor")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent-death signal is Linux's")
def test_killing_a_keeper_ends_what_it_kept(crew, tmp_path):
    crew.start("deaf", [sys.executable, "-c", DEAF, str(tmp_path / "pids")], environment=dict(os.environ))
    (kept,) = read_pids(tmp_path / "pids")
    crew.children[0].process.kill()
    wait_for(lambda: not is_alive(kept), "the kept process outlived its keeper")


def test_lines_carry_the_name_of_who_wrote_them_and_a_mark_is_noticed():
    log = io.StringIO()
    with Supervisor(log=log) as crew:
        program = "print('worker is ready.', flush=True); import time; time.sleep(600)"
        worker = crew.start(
            "worker", [sys.executable, "-c", program], environment=dict(os.environ), mark=" ready."
        )
        assert worker.is_marked.wait(PATIENCE)
        wait_for(log.getvalue, "the line was not shown")
    assert log.getvalue() == "worker   | worker is ready.\n"

"""``manage.py test`` runs every suite there is, counts as pytest counts, and ends with one plain line."""

import os
import subprocess
import sys

import pytest

from stage.door import interop, testrun
from stage.door.voice import Refusal
from tests.house.rooms import ROOT

REPORT = """<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"></testsuite></testsuites>"""


def test_every_folder_with_tests_is_a_suite():
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders <= {suite.name for suite in (*testrun.SUITES, interop.SUITE)}


def test_a_suite_is_counted_from_pytests_own_report(tmp_path):
    report = tmp_path / "suite.xml"
    report.write_text(REPORT)
    outcome = testrun._count(testrun.SUITES[0], report, 1, 0.0, "")
    assert (outcome.passed, outcome.failed, outcome.skipped) == (3, 2, 2)


def test_a_suite_that_crashed_is_one_failure(tmp_path):
    outcome = testrun._count(testrun.SUITES[0], tmp_path / "missing.xml", 3, 0.0, "")
    assert (outcome.passed, outcome.failed, outcome.skipped) == (0, 1, 0)


def test_it_refuses_a_suite_that_does_not_exist():
    with pytest.raises(Refusal, match="There are: house, xaa"):
        testrun.choose_suites(["todo1"])


@pytest.mark.parametrize(
    ("expression", "last_line", "code"),
    [
        ("test_a_suite_that_crashed_is_one_failure", "1 passed, 0 failed, 0 skipped", 0),
        ("there_is_no_such_test", "0 passed, 0 failed, 0 skipped", 1),
    ],
    ids=["one test", "none"],  # an id that held the expression would choose this very test, without end
)
def test_the_last_line_is_the_totals(expression, last_line, code):
    command = [sys.executable, "manage.py", "test", "house", "--", "-k", expression, "-p", "no:cacheprovider"]
    environment = {**os.environ, "XAA_VENV": "none"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines()[-1], done.returncode) == (last_line, code)

"""The tables in docs/ are what the code says today."""

import re

from stage.door import docs
from stage.kit.registry.faults import GROUPS, load_faults


def test_the_flow_page_tells_the_checks_as_the_code_has_them():
    written = docs.FLOW.read_text(encoding="utf-8")
    assert written == docs.render_flow(written), "stale: run 'python3 manage.py docs'"


def test_the_run_sheet_tells_the_story_as_the_stage_does():
    written = docs.PRESENTING.read_text(encoding="utf-8")
    assert written == docs.render_story(written), "stale: run 'python3 manage.py docs'"
    assert written.count("<br>**") + written.count("| **") == 18


def test_the_page_of_faults_tells_each_of_them_as_the_registry_does_under_the_title_of_its_group():
    written = docs.FAULTS.read_text(encoding="utf-8")
    assert written == docs.render_faults(written), "stale: run 'python3 manage.py docs'"
    groups = re.split("^## ", written, flags=re.MULTILINE)
    for group, title in GROUPS.items():
        under = next(part for part in groups if part.startswith(f"{title}\n"))
        told = re.findall(r"^\| \*\*(F\d\d)\*\* \|", under, flags=re.MULTILINE)
        assert told == [fault.number for fault in load_faults().values() if fault.group == group]


def test_a_changed_fault_makes_the_page_stale():
    written = docs.FAULTS.read_text(encoding="utf-8")
    stale = written.replace("`400 invalid_target`", "`400 invalid_grant`")
    assert stale != written
    assert docs.render_faults(stale) == written


def test_every_check_is_found_once_and_says_its_rule():
    rows = [row for letter in docs.SOURCES for row in docs.read_checks(letter)]
    assert len({(row.path, row.name) for row in rows}) == len(rows) > 30
    assert all(row.rule and row.title for row in rows)

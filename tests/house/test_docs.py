"""The tables in docs/ are what the code says today."""

from stage.door import docs


def test_the_flow_page_tells_the_checks_as_the_code_has_them():
    written = docs.FLOW.read_text(encoding="utf-8")
    assert written == docs.render_flow(written), "stale: run 'python3 manage.py docs'"


def test_the_run_sheet_tells_the_story_as_the_stage_does():
    written = docs.PRESENTING.read_text(encoding="utf-8")
    assert written == docs.render_story(written), "stale: run 'python3 manage.py docs'"
    assert written.count("<br>**") + written.count("| **") == 18


def test_every_check_is_found_once_and_says_its_rule():
    rows = [row for letter in docs.SOURCES for row in docs.read_checks(letter)]
    assert len({(row.path, row.name) for row in rows}) == len(rows) > 30
    assert all(row.rule and row.title for row in rows)

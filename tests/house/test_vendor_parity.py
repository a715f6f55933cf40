"""Every row of docs/vendor-parity.md that claims a behaviour names tests, and the tests it names are there."""

import re

from tests.house.rooms import ROOT

PAGE = ROOT / "docs" / "vendor-parity.md"
ROW = re.compile(r"^\| (?!Behaviour|Topic|---)(.+?) \| (.+?) \| ?(.*?) ?\|$", re.MULTILINE)
TEST = re.compile(r"`(test_\w+)`")


def test_every_test_that_it_names_exists():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^(?:async )?def (test_\w+)", source, re.MULTILINE))
    named = set(TEST.findall(PAGE.read_text(encoding="utf-8")))
    assert sorted(named - there) == []
    assert len(named) > 40


def test_only_what_is_not_here_goes_without_a_test():
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) > 40
    assert [behaviour for behaviour, here, tests in rows if not tests and not here.startswith("not here")] == []

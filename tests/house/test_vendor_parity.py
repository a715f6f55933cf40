"""``docs/vendor-parity.md`` has a line for each fact of ``vendor-facts.toml``, and what a line names is there."""

import re
import tomllib
from collections import Counter
from typing import NamedTuple

import pytest

from tests.house.rooms import ROOT, find_code, find_pages


class Line(NamedTuple):
    """``by`` names what gives it: presets and variables in backticks, fields of a console in italics."""

    id: str
    there: str
    here: str
    by: str
    tests: str


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


PAGE = read("docs/vendor-parity.md")
FACTS = tomllib.loads(read("docs/vendor-facts.toml"))
LINES = [
    Line(*(cell.strip() for cell in row.strip("|").split("|")))
    for row in PAGE.splitlines()
    if re.match(r"\| [A-Z]+[0-9]+ ", row)
]
TEST = re.compile(r"`(test_\w+)`")
STANDS = re.compile(r"(same|differs|not here)\b(.*)")
each_line = pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)


def test_each_fact_has_one_line_in_its_words_and_each_line_a_fact():
    facts = [(name, there) for section in FACTS.values() for name, there in section.items()]
    assert [(line.id, line.there) for line in LINES] == facts
    assert len({name for name, _ in facts}) == len(facts) > 90


def test_each_section_of_facts_has_its_table():
    sections = re.findall(r"^## .+$", PAGE, re.MULTILINE)
    assert len(sections) == len(FACTS)
    assert PAGE.count("| | There | Here | By | Test |") == len(FACTS)


def test_every_row_of_every_table_is_a_line():
    rows = [row for row in PAGE.splitlines() if row.startswith("|") and not row.startswith(("| |", "|---"))]
    assert len(rows) == len(LINES)


@each_line
def test_a_line_says_same_or_what_differs_and_is_short(line):
    stands = STANDS.fullmatch(line.here)
    assert stands, "expected to begin with same, differs or not here"
    assert stands[1] == "same" or len(stands[2]) > 10, "expected to say how, or why"
    assert len(line.here) < 200
    assert line.by


def test_every_line_names_a_test_and_each_that_is_named_is_there_once():
    assert [line.id for line in LINES if not TEST.search(line.tests)] == []
    there = Counter(
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set(TEST.findall(PAGE))
    assert {name: there[name] for name in named if there[name] != 1} == {}
    assert len(named) > 100


def test_the_presets_that_are_named_are_those_there_are():
    named = set(re.findall(r"`(auth0-[a-z0-9-]+|strict|todo0)`", PAGE))
    rules = read("todo0/presets/rules.py")
    assert sorted(name for name in named if f'"{name}"' not in rules) == []
    assert {"auth0-beta", "auth0-ea", "auth0-ea-b2b", "auth0-ea-free", "strict", "todo0"} <= named


def test_the_fields_and_variables_that_give_a_line_are_there():
    product = "\n".join(path.read_text(encoding="utf-8") for path in (*find_code(), *find_pages()))
    fields = {field for line in LINES for field in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", line.by)}
    assert sorted(field for field in fields if field not in product) == []
    assert len(fields) > 20
    variables = set(re.findall(r"`([A-Z0-9_]+)`", "".join(line.by for line in LINES)))
    assert sorted(name for name in variables if name not in read(".env.example")) == []
    assert variables

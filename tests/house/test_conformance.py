"""``docs/conformance.md`` says of every rule what is true, and is what the marks in the tests say today."""

import ast
import re

import pytest

from stage.door import conformance


def test_every_rule_has_one_verdict_and_every_mark_a_rule():
    assert conformance.find_mistakes() == []


def test_the_page_is_what_the_marks_say():
    written = conformance.PAGE.read_text(encoding="utf-8")
    assert written == conformance.render_conformance(), "stale: run 'python3 manage.py docs'"


def test_no_rule_is_lost_and_none_has_two_rows():
    text = conformance.PROTOCOL.read_text(encoding="utf-8")
    rows = [rule.id for rule in conformance.read_rules()]
    assert rows == re.findall(r"^\| ([A-Z]+-\d+) ", text, flags=re.MULTILINE)
    assert len(rows) == len(set(rows)) > 300


def test_the_page_links_to_files_that_are_there():
    links = set(re.findall(r"\]\(([^)#]+)\)", conformance.PAGE.read_text(encoding="utf-8")))
    assert sorted(link for link in links if not (conformance.PAGE.parent / link).exists()) == []


SUITE = """
import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.spec("AA-01")]
twice = pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.spec("AA-02"))])

@pytest.mark.spec("AA-03", "AA-04")
def test_function(): ...

@twice
def test_parameters(): ...

@pytest.mark.spec("AA-05")
class TestClass:
    pytestmark = pytest.mark.spec("AA-06")
    @pytest.mark.spec("AA-07")
    def test_method(self): ...

@pytest.mark.skip
@pytest.mark.spec("AA-08")
def test_skipped(): ...

@pytest.mark.spec("AA-09")
def helper(): ...
"""


def test_it_finds_the_marks_of_functions_classes_modules_and_parameters_and_no_others():
    assert dict(conformance._find_marked_tests(ast.parse(SUITE))) == {
        "test_function": {"AA-01", "AA-03", "AA-04"},
        "test_parameters": {"AA-01", "AA-02"},
        "TestClass::test_method": {"AA-01", "AA-05", "AA-06", "AA-07"},
    }


VECTORS = """
send("I8", "unknown_audience", "invalid_target", "TX-07", audience="https://x.example")
send("I8", "without_a_row", "invalid_target", audience="RD-11 is not a row here")
keep = [Vector("R7", name="two_audiences", rows=("RD-11", "JAG-07"))]

@vector("I9", "invalid_target", "TX-26")
def never_connected(world): ...
"""


def test_it_finds_the_rows_of_vectors():
    assert dict(conformance._find_vectors(ast.parse(VECTORS))) == {
        "unknown_audience": {"TX-07"},
        "two_audiences": {"RD-11", "JAG-07"},
        "never_connected": {"TX-26"},
    }


@pytest.fixture
def project(monkeypatch, tmp_path):
    """A little project with one rule, RD-01, one test and what conformance.toml says; the mistakes found in it."""

    def find(*, mark: str, standing: str = "") -> list[str]:
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "test_one.py").write_text(f"@pytest.mark.spec({mark!r})\ndef test_it(): ...\n")
        (tmp_path / "protocol.md").write_text("### A. One\n| RD-01 | RAS | MUST | Do it | - | RFC 7523 §3 |\n")
        (tmp_path / "conformance.toml").write_text(standing)
        places = {"ROOT": "", "TESTS": "tests", "PROTOCOL": "protocol.md", "STANDINGS": "conformance.toml"}
        for name, path in places.items():
            monkeypatch.setattr(conformance, name, tmp_path / path)
        return conformance.find_mistakes()

    return find


MISSING = 'RD-01 = { verdict = "not implemented", because = "Nobody did." }'


def test_one_verdict_is_no_mistake(project):
    assert project(mark="RD-01") == []


def test_a_rule_that_is_proven_is_not_missing_as_well(project):
    assert project(mark="RD-01", standing=MISSING) == [
        "RD-01: proven by a test, so take it out of conformance.toml"
    ]


def test_a_mark_needs_a_rule_and_a_rule_a_verdict(project):
    assert project(mark="RD-02") == [
        "RD-01: no test proves it; say why in conformance.toml",
        "RD-02: tests/test_one.py::test_it proves no rule",
    ]


def test_a_standing_needs_a_rule(project):
    standing = MISSING.replace("RD-01", "RD-03")
    assert project(mark="RD-01", standing=standing) == ["RD-03: conformance.toml knows it, protocol.md does not"]


@pytest.mark.parametrize("verdict", ["pass", "later", "by design", ""])
def test_a_must_is_no_option_and_a_verdict_one_of_three(project, verdict):
    found = project(mark="XX-01", standing=MISSING.replace("not implemented", verdict))
    assert [mistake.partition(":")[0] for mistake in found] == ["RD-01", "XX-01"]

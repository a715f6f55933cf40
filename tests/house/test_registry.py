"""The registry is complete, and everybody who speaks of a check or a fault means one that stands in it."""

import ast
import re
from dataclasses import replace

import pytest

from stage.kit.registry import loader
from stage.kit.registry.checks import Check, load_checks, load_families
from stage.kit.registry.faults import GROUPS, KINDS, RULES, load_faults, load_otherwise
from stage.kit.registry.references import HOMES, UnknownReference, refer_to
from tests.corpus.vectors import SERVED, load_vectors
from tests.house.rooms import ROOT, find_code, find_pages, shown

COUNTED = {"I": 14, "R": 15, "A": 7, "S": 13, "C": 6, "L": 10}
NUMBER = re.compile(r"(?<![\w%#&-])(?:[IRA]\d{1,2}|F\d\d)(?![\w%;-])")


def find_functions() -> dict[str, list[str]]:
    """The titles of every check in the code, by number: what ``@numbered`` says, and R1, R2, R15 of the grant."""
    found: dict[str, list[str]] = {}
    for path in find_code():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for number, title in _numbers_of(node):
                found.setdefault(number, []).append(title)
    return found


def _numbers_of(node: ast.AST) -> list[tuple[str, str]]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "numbered":
        return [tuple(ast.literal_eval(argument) for argument in node.args)]
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
        first, _, last = node.value.elts
        if isinstance(first, ast.Constant) and re.fullmatch(r"[IRA]\d{1,2}", str(first.value)):
            return [(first.value, ast.literal_eval(last))]
    return []


def test_every_number_is_there_once_and_in_order():
    numbers = [f"{letter}{at}" for letter, last in COUNTED.items() for at in range(1, last + 1)]
    assert list(load_checks()) == numbers
    assert "".join(family.letter for family in load_families()) == "".join(COUNTED)
    assert list(load_faults()) == [f"F{at:02}" for at in range(1, 34)]


def test_every_check_in_the_code_is_in_the_registry_and_every_check_of_it_in_the_code():
    assert find_functions().keys() == load_checks().keys()


def test_a_check_is_called_in_the_registry_what_the_code_calls_it():
    titles = find_functions()
    assert [check for check in load_checks().values() if check.title not in titles[check.number]] == []


@pytest.mark.parametrize("check", load_checks().values(), ids=lambda check: check.number)
def test_a_check_says_what_why_who_and_where_in_whole_sentences(check):
    for said in (check.text, check.stops, check.mended_by):
        assert said[0].isupper() or said.startswith("alg:"), said
        assert said.endswith("."), said
        assert 20 < len(said) < 260, said
    assert check.references
    assert check.expected
    assert all(answer.status in (200, 400, 401, 403, 405) for answer in check.expected)


@pytest.mark.parametrize("family", SERVED)
def test_every_refusal_of_the_corpus_is_an_answer_that_the_registry_has_for_its_check(family):
    known = {number: check.expected for number, check in load_checks().items()}
    odd = [one for one in load_vectors(family) if tuple(one.answer) not in known[one.check]]
    assert [(one.id, one.check, one.answer) for one in odd] == []


def test_every_refusal_that_the_registry_has_for_a_check_is_in_the_corpus():
    proven = {(one.check, *one.answer) for family in SERVED for one in load_vectors(family)}
    by_rows_alone = {"I7", "I14", "R15"}  # no message alone trips these, nor the client that an admin shut out
    shut_out = {("R1", 400, "unauthorized_client")}
    said = {
        (check.number, *answer)
        for check in load_checks().values()
        if check.number[0] in "IRA" and check.number not in by_rows_alone
        for answer in check.expected
    }
    assert sorted(said - proven) == sorted(shut_out)


def test_a_reference_leads_to_its_section_of_the_pinned_revision():
    text = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    for document in HOMES:
        address = re.search(rf"^\| {re.escape(document)} \| \[.*?\]\((.*?)/?\)", text, flags=re.MULTILINE)
        assert address, document
        page = address[1].rpartition("/")[2]
        assert page in HOMES[document], document
    assert refer_to("RFC 7523 §3").url == "https://www.rfc-editor.org/rfc/rfc7523#section-3"
    assert refer_to("ID-JAG §4.4.1").url.endswith("identity-assertion-authz-grant-04#section-4.4.1")


@pytest.mark.parametrize("text", ["RFC 7523", "RFC 7523 § 3", "RFC x §3", "SAML §3", "ID-JAG §", ""])
def test_it_refuses_what_is_no_reference(text):
    with pytest.raises(UnknownReference):
        refer_to(text)


@pytest.mark.parametrize("fault", load_faults().values(), ids=lambda fault: fault.number)
def test_a_fault_says_what_it_bends_what_that_trips_and_what_goes_over_the_wire(fault):
    assert fault.group in GROUPS
    assert fault.kind in KINDS
    assert fault.label[0].isupper()
    assert fault.label[-1].isalnum()
    for said in (fault.does, fault.teaches, *fault.choices):
        assert said[0].isupper()
        assert said.endswith(".")
    assert fault.question.endswith("?")
    assert len(set(fault.choices)) == 3
    assert 0 <= fault.answer < 3
    if fault.outcome in ("failed", "narrowed"):
        check = load_checks()[fault.trips]
        answer = (fault.status, fault.error)
        assert answer in check.expected if fault.outcome == "failed" else answer == (200, "")
    else:
        assert fault.trips == ""


@pytest.mark.parametrize("other", load_otherwise().values(), ids=lambda other: other.fault)
def test_where_another_rule_has_it_otherwise_a_fault_goes_another_way_and_stays_what_it_is(other):
    usual = load_faults()[other.fault]
    bent = other.of(usual)
    assert other.when in RULES
    assert (bent.trips, bent.wire) != (usual.trips, usual.wire)
    assert bent.trips in (usual.trips, "")
    assert (bent.trips == "") == (bent.outcome in ("none", "transport"))
    assert bent.error in (usual.error, "")
    assert 0 <= bent.answer < 3
    assert (bent.answer == usual.answer) == (bent.outcome == usual.outcome)
    assert bent.teaches.endswith(".")


def test_twenty_seven_trip_a_check_two_narrow_and_four_are_of_the_ground():
    outcomes = [fault.outcome for fault in load_faults().values()]
    assert (outcomes.count("failed"), outcomes.count("narrowed")) == (27, 2)
    assert outcomes.count("transport") + outcomes.count("none") == 4
    answers = [fault.answer for fault in load_faults().values()]
    assert all(answers.count(at) >= 7 for at in range(3)), "nobody should learn to pick the same letter"


def test_nobody_else_invents_a_number():
    known = load_checks().keys() | load_faults().keys()
    pages = [*find_pages(), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    texts = [path for path in [*find_code(), *pages] if path.name != "house.css"]
    found = {(shown(path), one) for path in texts for one in NUMBER.findall(path.read_text(encoding="utf-8"))}
    assert len(found) > 100
    assert sorted((path, one) for path, one in found if one not in known) == []


def test_a_row_that_lacks_something_is_refused_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    good = {name: getattr(load_checks()["R7"], name) for name in Check.__annotations__}

    def write(**row: object) -> None:
        lines = [f"{name} = {list(value) if isinstance(value, tuple) else value!r}" for name, value in row.items()]
        (tmp_path / "checks.toml").write_text("[[check]]\n" + "\n".join(lines) + "\n", encoding="utf-8")

    write(**good)
    assert loader.load("checks", Check) == (replace(load_checks()["R7"]),)
    for bad in ({"level": "maybe"}, {"stops": 3}, {"extra": "x"}, {"spec": "RFC 7523 §3"}, {"spec": [3]}):
        write(**{**good, **bad})
        with pytest.raises(loader.RegistryMistake, match=r"checks\.toml, row 1 \(R7\)"):
            loader.load("checks", Check)
    write(**{name: value for name, value in good.items() if name != "stops"})
    with pytest.raises(loader.RegistryMistake, match="stops"):
        loader.load("checks", Check)

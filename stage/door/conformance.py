"""``docs/conformance.md``: every rule of ``docs/protocol.md`` with its verdict, made from the marks in the tests.

A test that proves a rule carries its id, ``@pytest.mark.spec("RD-11")``; a table of bad input carries it with each
vector. What no test proves has its honest standing, with the reason, in ``docs/conformance.toml``. A rule with
both, with neither, or a mark without a rule is a mistake (``find_mistakes``), and ``tests/house`` says so.

Deliberately does not: run a test, or import one. That every marked test passes is what ``make test`` shows; a test
that is skipped or expected to fail proves nothing and is not counted.
"""

import ast
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from stage.door.layout import ROOT

PROTOCOL: Final = ROOT / "docs" / "protocol.md"
STANDINGS: Final = ROOT / "docs" / "conformance.toml"
PAGE: Final = ROOT / "docs" / "conformance.md"
TESTS: Final = ROOT / "tests"

UNPROVEN: Final = ("not implemented", "not applicable", "by design")
VERDICTS: Final = ("pass", *UNPROVEN)
LEVELS: Final = ("MUST", "SHOULD", "MAY")
ID: Final = re.compile(r"[A-Z]{2,3}-\d\d")
SHOWN_TESTS: Final = 3
SHOWN_LETTERS: Final = 130

HEAD: Final = """\
# Conformance

Every rule of [`protocol.md`](protocol.md), with the tests that prove it. *Pass* means that at least one test
carries the rule's id and passes: it is `make test` running green that makes this page true. The page is made from
the marks in the tests and from [`conformance.toml`](conformance.toml) by `python3 manage.py docs`; a test refuses
it when it is stale, when a mark names no rule, and when a rule has no verdict or two.

*Not implemented* says what is missing. *Not applicable* is a rule about a part or an option that is not here. *By
design* is an option of the documents that this project deliberately does not take.

"""
COLUMNS: Final = "| Id | Who | Level | Rule | Verdict | Proven by |\n|---|---|---|---|---|---|\n"


class Rule(NamedTuple):
    """One row of ``protocol.md``."""

    id: str
    who: str
    level: str
    requirement: str
    section: str


class Proof(NamedTuple):
    """A test, or a vector in a table that a test runs."""

    path: str
    name: str

    @property
    def link(self) -> str:
        return f"[{self.path}::{self.name}](../{self.path})"


class Standing(NamedTuple):
    verdict: str
    because: str


PROVEN: Final = Standing("pass", "")
Proofs = dict[str, list[Proof]]
Standings = dict[str, Standing]
Found = Iterator[tuple[str, set[str]]]


def write_conformance() -> None:
    PAGE.write_text(render_conformance(), encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}.")


def render_conformance() -> str:
    rules, proofs, standings = read_rules(), read_proofs(), read_standings()
    unknown = Standing("no verdict", "")
    stands = {rule.id: PROVEN if rule.id in proofs else standings.get(rule.id, unknown) for rule in rules}
    parts = [HEAD, *_render_summary(rules, {one: standing.verdict for one, standing in stands.items()})]
    for title in dict.fromkeys(rule.section for rule in rules):
        members = [rule for rule in rules if rule.section == title]
        parts += [f"\n## {title}\n\n", COLUMNS]
        parts += [_render_row(rule, *stands[rule.id], proofs.get(rule.id, [])) for rule in members]
    return "".join(parts)


def find_mistakes() -> list[str]:
    """What the two-way check finds: marks without a rule, rules without a verdict or with two, odd verdicts."""
    rules, proofs, standings = {rule.id: rule for rule in read_rules()}, read_proofs(), read_standings()
    nowhere = [(one, proof) for one in proofs.keys() - rules.keys() for proof in proofs[one]]
    without = rules.keys() - proofs.keys() - standings.keys()
    return sorted(
        [
            *(f"{one}: {proof.path}::{proof.name} proves no rule" for one, proof in nowhere),
            *(
                f"{one}: conformance.toml knows it, protocol.md does not"
                for one in standings.keys() - rules.keys()
            ),
            *(f"{one}: proven by a test, so take it out of conformance.toml" for one in proofs.keys() & standings),
            *(f"{one}: no test proves it; say why in conformance.toml" for one in without),
            *(f"{one}: {wrong}" for one in standings if (wrong := _judge(standings[one], rules.get(one)))),
        ]
    )


def _judge(standing: Standing, rule: Rule | None) -> str:
    """What is wrong with a standing; "" when nothing is."""
    if standing.verdict not in UNPROVEN or not standing.because.endswith("."):
        return f"expected a verdict of {', '.join(UNPROVEN)} and a sentence that says why"
    if standing.verdict == "by design" and rule and rule.level.startswith("MUST"):
        return f"a {rule.level} is no option"
    return ""


def read_rules() -> list[Rule]:
    """The numbered rows, in the order of the page."""
    rules, section = [], ""
    for line in PROTOCOL.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            section = line.removeprefix("### ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if ID.fullmatch(cells[0]):
            rules.append(Rule(cells[0], cells[1], cells[2], cells[3], section))
    return rules


def read_standings() -> Standings:
    rows = tomllib.loads(STANDINGS.read_text(encoding="utf-8"))
    return {one: Standing(row.get("verdict", ""), row.get("because", "")) for one, row in rows.items()}


def read_proofs() -> Proofs:
    """For each id the tests that carry it, those that carry the fewest others first."""
    carried: dict[Proof, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, ids in _find_marked_tests(tree) if path.name.startswith("test_") else _find_vectors(tree):
            carried[Proof(path.relative_to(ROOT).as_posix(), name)] |= ids
    proofs: Proofs = defaultdict(list)
    for proof in sorted(carried, key=lambda proof: (len(carried[proof]), proof)):
        for one in carried[proof]:
            proofs[one].append(proof)
    return dict(proofs)


# Reading the marks


def _find_marked_tests(tree: ast.Module) -> Found:
    """Test functions, also those in classes, with the ids of their own marks and of what they stand in."""
    assigned = {name: node.value for node in tree.body for name in _names(node) if isinstance(node, ast.Assign)}
    yield from _walk_tests(tree.body, _read_pytestmark(tree.body), assigned, "")


def _walk_tests(body: list[ast.stmt], around: list[ast.expr], assigned: dict[str, ast.expr], within: str) -> Found:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = [assigned.get(one.id, one) if isinstance(one, ast.Name) else one for one in node.decorator_list]
        marks = [*around, *own]
        if isinstance(node, ast.ClassDef):
            yield from _walk_tests(node.body, [*marks, *_read_pytestmark(node.body)], assigned, f"{node.name}::")
        elif node.name.startswith("test_") and not _proves_nothing(marks):
            yield within + node.name, _read_ids(marks)


def _names(node: ast.stmt) -> list[str]:
    return [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]


def _read_pytestmark(body: list[ast.stmt]) -> list[ast.expr]:
    return [node.value for node in body if isinstance(node, ast.Assign) and "pytestmark" in _names(node)]


def _read_ids(marks: list[ast.expr]) -> set[str]:
    """All that ``mark.spec`` is called with, at any depth: a parameter of ``parametrize`` may carry its own."""
    calls = [node for mark in marks for node in ast.walk(mark) if isinstance(node, ast.Call)]
    spec = [call for call in calls if getattr(call.func, "attr", "") == "spec"]
    return {str(value.value) for call in spec for value in call.args if isinstance(value, ast.Constant)}


def _proves_nothing(marks: list[ast.expr]) -> bool:
    """Skipped or expected to fail, as a whole; what skips on a condition is expected to run where it matters."""
    return any(getattr(getattr(mark, "func", mark), "attr", "") in ("skip", "xfail") for mark in marks)


def _find_vectors(tree: ast.Module) -> Found:
    """Calls with ids among their arguments, named by the function they decorate, or by their first plain word."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    decorated = {mark: node.name for node in functions for mark in node.decorator_list}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        flat = [one for value in values for one in getattr(value, "elts", [value])]
        words = [one.value for one in flat if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        ids = set(filter(ID.fullmatch, words))
        if ids:
            yield decorated.get(call) or next(filter(str.islower, words)), ids


# Writing the page


def _render_summary(rules: list[Rule], verdicts: dict[str, str]) -> Iterator[str]:
    yield f"| Section | Rules | {' | '.join(one.capitalize() for one in VERDICTS)} |\n|---|{'---:|' * 5}\n"
    for title in dict.fromkeys(rule.section for rule in rules):
        yield _render_counts(title, [verdicts[rule.id] for rule in rules if rule.section == title])
    yield _render_counts("**All**", list(verdicts.values()))
    for level in LEVELS:
        yield _render_counts(
            f"of them {level}", [verdicts[rule.id] for rule in rules if rule.level.startswith(level)]
        )


def _render_counts(title: str, verdicts: list[str]) -> str:
    counts = Counter(verdicts)
    return f"| {title} | {len(verdicts)} | {' | '.join(str(counts[one]) for one in VERDICTS)} |\n"


def _render_row(rule: Rule, verdict: str, because: str, found: list[Proof]) -> str:
    more = [f"+{len(found) - SHOWN_TESTS}"] if len(found) > SHOWN_TESTS else []
    links = "<br>".join([*(proof.link for proof in found[:SHOWN_TESTS]), *more])
    why = f": {because}" if because else ""
    return f"| {rule.id} | {rule.who} | {rule.level} | {_shorten(rule.requirement)} | {verdict}{why} | {links} |\n"


def _shorten(requirement: str) -> str:
    """The first sentence, at most ``SHOWN_LETTERS`` of it; code and emphasis are not cut in half."""
    sentence = re.split(r"(?<=[^.])\. (?=[A-Z-])", requirement)[0]
    if len(sentence) <= SHOWN_LETTERS:
        return sentence
    kept = sentence[:SHOWN_LETTERS].rpartition(" ")[0]
    for sign in ("`", "**"):
        if kept.count(sign) % 2:
            kept = kept.rpartition(sign)[0]
    return f"{kept.rstrip(' ,;:(')} …"

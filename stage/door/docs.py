"""``manage.py docs``: the tables in docs/ that follow from the code, written into their pages.

``docs/flow.md``, ``docs/faults.md`` and ``docs/presenting.md`` are filled in here, ``docs/conformance.md`` by
``stage.door.conformance``. The checks of the three
servers are read from their source (``@numbered``, in the order of their ``CHECKS``), so that the published table
cannot say something the code does not; what they are there for is the registry's. ``tests/house`` fails when a
page is stale.

Deliberately does not: import a party. Reading text needs no Django and works for all three in one process.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from stage.autopilot.story import load_story
from stage.door.conformance import write_conformance
from stage.door.layout import ROOT
from stage.kit.people import BY_KEY
from stage.kit.registry.checks import load_checks
from stage.kit.registry.faults import GROUPS, KINDS, RULES, Fault, Outcome, load_faults, load_otherwise

PRESENTING = ROOT / "docs" / "presenting.md"
FLOW = ROOT / "docs" / "flow.md"
FAULTS = ROOT / "docs" / "faults.md"
EXCHANGE = tuple(f"idp_mock/tokens/token_exchange{part}.py" for part in ("_request", "_subject", "_policy"))
SOURCES = {
    "I": ("idp_mock/tokens/token_exchange.py", EXCHANGE),
    "R": ("xaa/jwt_bearer/id_jag.py", ("xaa/jwt_bearer/id_jag.py", "xaa/jwt_bearer/subjects.py")),
    "A": ("todo0/api/access_token.py", ("todo0/api/access_token.py",)),
}


class Row(NamedTuple):
    """One check as its source tells it."""

    number: str
    title: str
    name: str
    path: str
    rule: str


def read_checks(letter: str) -> list[Row]:
    """The checks of one server, in the order of its ``CHECKS`` tuple."""
    order_path, paths = SOURCES[letter]
    by_name = {row.name: row for path in paths for row in _read_numbered(path)}
    return [by_name[name] for name in _read_order(order_path)]


def render_flow(text: str) -> str:
    """``docs/flow.md`` with its tables made anew."""
    for letter in SOURCES:
        text = _fill(text, f"checks {letter}", _tell_checks(read_checks(letter)))
    return text


def render_story(text: str) -> str:
    """``docs/presenting.md`` with the story made anew."""
    rows = []
    for block in load_story():
        clicks = "<br>".join(f"**{click.number}** {click.do}" for click in block.clicks) or "nothing"
        rows.append((f"{block.time} {block.title}", clicks, block.say, block.see, block.otherwise or "-"))
    return _fill(text, "story", _table(("Time", "Do", "Say", "They see", "If not"), rows))


def render_faults(text: str) -> str:
    """``docs/faults.md`` with its tables made anew, one a group; and the kinds, which are told once."""
    text = _fill(text, "kinds", "".join(f"- **{kind}:** {words}\n" for kind, words in KINDS.items()))
    heads = ("No.", "Fault", "Kind", "Trips", "On the wire", "Run as")
    for group in GROUPS:
        rows = [_tell_fault(fault) for fault in load_faults().values() if fault.group == group]
        text = _fill(text, f"faults {group}", _table(heads, rows))
    return text


RENDERED: tuple[tuple[Path, Callable[[str], str]], ...] = (
    (PRESENTING, render_story),
    (FLOW, render_flow),
    (FAULTS, render_faults),
)


def write_docs() -> int:
    for page, render in RENDERED:
        page.write_text(render(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"Wrote {page.relative_to(ROOT)}.")
    write_conformance()
    return 0


PLACES = {"idp": "the IdP", "todo0": "Todo0", "agent0": "Agent0"}
SEEN: dict[Outcome, str] = {
    "failed": "{wire}",
    "narrowed": "{wire}, with a smaller scope",
    "none": "{wire}, all green",
    "transport": "{wire}",
}


def _tell_fault(fault: Fault) -> tuple[str, ...]:
    trips = f"**{fault.trips}** {load_checks()[fault.trips].title}" if fault.trips else "no check"
    return (
        f"**{fault.number}**",
        f"**{fault.label}.** {fault.does}",
        f"{fault.kind}, at {PLACES[fault.place]}",
        trips,
        f"{_tell_wire(fault)}{_tell_otherwise(fault)}",
        f"{BY_KEY[fault.person].name.split()[0]}: {fault.prompt}",
    )


def _tell_wire(fault: Fault) -> str:
    return SEEN[fault.outcome].format(wire=f"`{fault.wire}`" if fault.status else "no answer")


def _tell_otherwise(fault: Fault) -> str:
    """Where Todo0 has another rule than the seed gives it."""
    other = load_otherwise().get(fault.number)
    return f"; where {RULES[other.when]}: {_tell_wire(other.of(fault))}" if other else ""


def _tell_checks(rows: list[Row]) -> str:
    cells, seen = [], set()
    for row in rows:
        stops = "the same" if row.number in seen else load_checks()[row.number].stops
        seen.add(row.number)
        cells.append((f"**{row.number}** {row.title}", f"[`{row.name}`](../{row.path})", row.rule, stops))
    return _table(("Check", "Function", "The rule", "What it stops"), cells)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, *rows)]
    lines.insert(1, "|---" * len(heads) + "|")
    return "\n".join(lines) + "\n"


def _fill(text: str, name: str, words: str) -> str:
    """``words`` between the marks of that name, in place of what stood there."""
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    return block.sub(lambda found: f"{found[1]}{words}{found[2]}", text)


def _read_numbered(path: str) -> Iterator[Row]:
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
            continue
        decorator = node.decorator_list[0]
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "numbered":
            number, title = (ast.literal_eval(argument) for argument in decorator.args)
            rule = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
            yield Row(number, title, node.name, path, rule)


def _read_order(path: str) -> list[str]:
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(getattr(target, "id", "") == "CHECKS" for target in targets):
            return [element.id for element in node.value.elts]  # type: ignore[union-attr]
    raise LookupError(f"{Path(path)} has no CHECKS")

"""``manage.py docs``: the tables in docs/ that follow from the code, written into their pages.

``docs/flow.md`` is written here, ``docs/conformance.md`` by ``stage.door.conformance``. The checks of the three
servers are read from their source (``@numbered``, in the order of their ``CHECKS``), so that the published table
cannot say something the code does not; what they are there for is the registry's. ``tests/house`` fails when a
page is stale.

Deliberately does not: import a party. Reading text needs no Django and works for all three in one process.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stage.autopilot.story import load_story
from stage.door.conformance import write_conformance
from stage.door.layout import ROOT
from stage.kit.registry.checks import load_checks

PRESENTING = ROOT / "docs" / "presenting.md"
FLOW = ROOT / "docs" / "flow.md"
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
        block = re.compile(rf"(<!-- checks {letter} -->\n).*?(<!-- end -->)", re.DOTALL)
        table = _table(read_checks(letter))
        text = block.sub(lambda found, table=table: f"{found[1]}{table}{found[2]}", text)
    return text


def render_story(text: str) -> str:
    """``docs/presenting.md`` with the story made anew."""
    lines = ["| Time | Do | Say | They see | If not |", "|---|---|---|---|---|"]
    for block in load_story():
        clicks = "<br>".join(f"**{click.number}** {click.do}" for click in block.clicks) or "nothing"
        cells = (f"{block.time} {block.title}", clicks, block.say, block.see, block.otherwise or "-")
        lines.append(f"| {' | '.join(cells)} |")
    table = "\n".join(lines) + "\n"
    block = re.compile(r"(<!-- story -->\n).*?(<!-- end -->)", re.DOTALL)
    return block.sub(lambda found: f"{found[1]}{table}{found[2]}", text)


def write_docs() -> int:
    PRESENTING.write_text(render_story(PRESENTING.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Wrote {PRESENTING.relative_to(ROOT)}.")
    FLOW.write_text(render_flow(FLOW.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Wrote {FLOW.relative_to(ROOT)}.")
    write_conformance()
    return 0


def _table(rows: list[Row]) -> str:
    lines, seen = ["| Check | Function | The rule | What it stops |", "|---|---|---|---|"], set()
    for row in rows:
        stops = "the same" if row.number in seen else load_checks()[row.number].stops
        seen.add(row.number)
        lines.append(f"| **{row.number}** {row.title} | [`{row.name}`](../{row.path}) | {row.rule} | {stops} |")
    return "\n".join(lines) + "\n"


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

"""Whoever copies ``xaa/signin/`` as its README says has all that it imports, and no more."""

import ast
import re

from tests.house.rooms import ROOT

README = ROOT / "xaa" / "signin" / "README.md"


def find_imported(module):
    """The ``xaa`` files that ``module`` imports, by way of others too."""
    found, waiting = set(), [module] if module.is_file() else sorted(module.rglob("*.py"))
    while waiting:
        for node in ast.walk(ast.parse(waiting.pop().read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "xaa":
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                files = {ROOT / f"{name.replace('.', '/')}.py" for name in names}
                new = {file for file in files if file.is_file()} - found
                found |= new
                waiting += sorted(new)
    return found


def test_the_readme_names_every_file_to_copy():
    (named,) = re.findall(r"`xaa/\{([a-z_,]+)\}\.py`", README.read_text(encoding="utf-8"))
    needed = {file for file in find_imported(README.parent) if README.parent not in file.parents}
    assert sorted(f"xaa/{name}.py" for name in named.split(",")) == sorted(
        file.relative_to(ROOT).as_posix() for file in needed
    )

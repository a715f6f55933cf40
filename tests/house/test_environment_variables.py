"""``.env.example`` lists every variable that is read, and none that is not."""

import ast
import re
from pathlib import Path

from stage.kit.registrations import REGISTRATIONS
from tests.house.rooms import ROOT, find_code

# Conventions of the system and of tools, not settings of ours.
NOT_OURS = {"CI", "NO_COLOR", "TERM", "PYENV_ROOT", "DJANGO_SETTINGS_MODULE"}
READERS = {"text", "flag", "integer", "words", "choice", "url"}
WRITTEN_IN_PARTS = {f"{party}_{what}" for party in ("STAGE", "AGENT0", "TODO0", "IDP") for what in ("PORT", "URL")}


def test_the_example_lists_every_variable_that_is_read():
    assert sorted(find_read() - find_listed()) == []


def test_the_example_lists_no_variable_that_nobody_reads():
    assert sorted(find_listed() - find_read() - find_in_compose()) == []


def find_listed() -> set[str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return {match[1] for line in lines if (match := re.match(r"#?([A-Z][A-Z0-9_]+)=", line))}


def find_in_compose() -> set[str]:
    """Passwords of the servers that only docker-compose.yml starts."""
    return set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def find_read() -> set[str]:
    found = {name for path in find_code() for name in _names_read_in(path)}
    return (found | WRITTEN_IN_PARTS | {one.secret_variable for one in REGISTRATIONS}) - NOT_OURS


def _names_read_in(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args and _reads(node.func)]
    keys = [node.slice for node in nodes if isinstance(node, ast.Subscript) and _is_environ(node.value)]
    arguments = [call.args[0] for call in calls] + keys
    return {one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _reads(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    by_kit = function.attr in READERS and isinstance(function.value, ast.Name) and function.value.id == "env"
    return by_kit or (function.attr in ("get", "setdefault") and _is_environ(function.value))


def _is_environ(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"

"""Files and functions stay readable in one sitting, say what they are for, and are named for a role."""

import ast
import functools

from tests.house.rooms import find_code, shown

LONGEST_FILE = 250
LONGEST_SETTINGS = 120
LONGEST_FUNCTION = 50
NAMES_THAT_SAY_NOTHING = {"utils.py", "helpers.py", "common.py", "misc.py", "util.py", "helper.py"}


@functools.cache
def load_trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in find_code()}


def test_every_file_is_short_enough_to_read():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in load_trees()}
    limits = {path: LONGEST_SETTINGS if path.name == "settings.py" else LONGEST_FILE for path in load_trees()}
    assert [f"{shown(path)}: {lengths[path]} lines" for path in load_trees() if lengths[path] > limits[path]] == []


def test_every_function_is_short_enough_to_see():
    functions = [
        (path, node)
        for path, tree in load_trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = [(path, node.name, node.end_lineno - node.lineno + 1) for path, node in functions]
    too_long = [
        f"{shown(path)}: {name} has {lines} lines" for path, name, lines in lengths if lines > LONGEST_FUNCTION
    ]
    assert too_long == []


def test_every_module_says_what_it_is_for():
    assert [shown(path) for path, tree in load_trees().items() if tree.body and not ast.get_docstring(tree)] == []


def test_every_file_is_named_for_a_role():
    assert [shown(path) for path in load_trees() if path.name in NAMES_THAT_SAY_NOTHING] == []

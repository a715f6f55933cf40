"""Files and functions stay readable in one sitting, say what they are for, and have a name that says where to look."""

import ast

import pytest
from tests.house.rooms import find_code, shown

CODE = find_code()
LONGEST_FILE = 250
LONGEST_SETTINGS = 120
LONGEST_FUNCTION = 50
NAMES_THAT_SAY_NOTHING = {"utils.py", "helpers.py", "common.py", "misc.py", "util.py", "helper.py"}


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_a_file_is_short_enough_to_read(path):
    longest = LONGEST_SETTINGS if path.name == "settings.py" else LONGEST_FILE
    assert len(path.read_text(encoding="utf-8").splitlines()) <= longest


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_a_function_is_short_enough_to_see(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = [one.name for one in functions if one.end_lineno - one.lineno + 1 > LONGEST_FUNCTION]
    assert too_long == []


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_a_module_says_what_it_is_for(path):
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_a_file_is_named_for_a_role(path):
    assert path.name not in NAMES_THAT_SAY_NOTHING

"""All that the parties of a running demo keep: every row of every table, what their caches hold, and the queue.

Two worlds are the same when nothing but moments, and what is drawn at random, tells them apart. So a moment is
told by whether there is one, a name that is drawn anew by its length, and a salted hash by its method; row numbers
start again with each world and are compared as they are.
"""

from typing import Any

from tests.flow.demo import Demo
from tests.flow.lab import ask_operator

PROJECTS = ("stage", "agent0", "todo0", "idp_mock")
DUMP = """
import json, re, uuid
from django.apps import apps
from django.db import models
from stage.kit.control import rows

HEX, SEALED, NO_PASSWORD = r"(federated-)?([0-9a-f]{16}){1,4}", r"gAAAA[\\w=-]+", r"![A-Za-z0-9]{40}"
RANDOM = re.compile(f"{HEX}|{SEALED}|{NO_PASSWORD}|org_[A-Za-z0-9]{{16}}")

def tell(field, value):
    if isinstance(field, (models.DateTimeField, models.DateField)):
        return value is not None
    if isinstance(value, uuid.UUID) or isinstance(value, str) and RANDOM.fullmatch(value):
        return f"{len(str(value))} at random"
    if isinstance(value, str) and re.match(r"[a-z0-9_]+[$]", value):
        return value.partition("$")[0]
    if isinstance(value, dict) and {"world", "began"} <= value.keys():
        return {**value, "world": bool(value["world"]), "began": bool(value["began"])}
    return value if isinstance(value, (dict, list, str, int, float, bool)) or value is None else repr(value)

found = {}
for model in apps.get_models(include_auto_created=True):
    if model._meta.db_table in rows.find_tables():
        of_each = [map(tell, model._meta.concrete_fields, row) for row in model.objects.values_list()]
        found[model._meta.label] = sorted(json.dumps(list(row), default=repr) for row in of_each)
print(json.dumps(found))
"""


def snapshot(demo: Demo) -> dict[str, Any]:
    kept = {f"{project} {label}": rows for project in PROJECTS for label, rows in dump(demo, project).items()}
    return kept | {"files": files(demo)}


def dump(demo: Demo, project: str) -> dict[str, list[str]]:
    return ask_operator(demo, project, DUMP)


def files(demo: Demo) -> list[str]:
    """What lies in the caches and the queue; the bindings of the queue are the broker's own."""
    found = [path for name in ("cache", "queue") for path in (demo.folder / name).rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(demo.folder)) for path in found if "control" not in path.parts)


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """In words that can be read in a failed test: which table, and which rows are in one alone."""
    told = []
    for name in sorted(one.keys() | other.keys()):
        here, there = one.get(name, []), other.get(name, [])
        told += [f"{name}: only before: {row[:300]}" for row in here if row not in there]
        told += [f"{name}: only after: {row[:300]}" for row in there if row not in here]
        if not told and len(here) != len(there):
            told.append(f"{name}: {len(here)} rows before, {len(there)} after")
    return told

"""Reads the registry's TOML into frozen dataclasses: every field is there, no other is, and each has its type.

A table is named for its dataclass: ``[[check]]`` is a ``Check``. A field's annotation is what is demanded of it:
``str``, ``int``, ``bool``, ``tuple[str, ...]``, or ``Literal[...]`` for one of a few words; a default
makes it optional.

Deliberately does not: import Django. The pages of ``docs/`` are made from the registry with a bare Python.
"""

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

FOLDER: Final = Path(__file__).parent
Row = TypeVar("Row")


class RegistryMistake(ValueError):
    """A row that is not what its dataclass says: which file, which row, what was expected and found."""


def load(name: str, kind: type[Row]) -> tuple[Row, ...]:
    """The rows ``[[<kind>]]`` of ``<name>.toml``, in the order in which they stand there."""
    path = FOLDER / f"{name}.toml"
    with path.open("rb") as file:
        tables = tomllib.load(file).get(kind.__name__.lower(), [])
    return tuple(_read(kind, table, f"{path.name}, row {at}") for at, table in enumerate(tables, start=1))


def _read(kind: type[Row], table: dict[str, Any], where: str) -> Row:
    hints, known = get_type_hints(kind), {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    where = f"{where} ({next(iter(table.values()), 'empty')})"
    needed = {name for name, field in known.items() if field.default is MISSING}
    if odd := (needed - table.keys()) | (table.keys() - known.keys()):
        raise RegistryMistake(f"{where}: expected exactly {', '.join(known)}; missing or unknown: {sorted(odd)}.")
    return kind(**{name: _fit(value, hints[name], f"{where}: {name}") for name, value in table.items()})


def _fit(value: Any, hint: Any, where: str) -> Any:
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_fit(one, get_args(hint)[0], where) for one in value)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise RegistryMistake(f"{where}: expected one of {get_args(hint)}, found {value!r}.")
    elif type(value) is not hint:
        raise RegistryMistake(f"{where}: expected a {getattr(hint, '__name__', hint)}, found {value!r:.80}.")
    return value

"""Whose each row of a party's database is, and what a request did to the rows of others.

A row is owned by whoever it refers to, along every foreign key, and by whoever's word stands in it: an issuer, a
name, a title. So nobody keeps a list of tables, and a table that somebody adds is watched from its first day.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

WRITES = re.compile(r"\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?", re.IGNORECASE)
Key = tuple[str, Any]
"""A table and a primary key."""


@dataclass(frozen=True)
class Row:
    pk: Any
    values: tuple[Any, ...]
    owners: frozenset[str]


@dataclass(frozen=True)
class Difference:
    """``kind`` is "added", "changed" or "removed"; ``owners`` are those of the row before, or of a new one."""

    table: str
    kind: str
    pk: Any
    owners: frozenset[str]
    fields: tuple[str, ...] = ()


class Ledger:
    """``words`` says for each owner what stands in no row but hers. An owner is "acme", or "acme/alice".

    ``roots`` are rows that are hers without a word in them that only she may read.
    """

    def __init__(self, words: Mapping[str, Iterable[str]], roots: Mapping[str, Iterable[Model]]) -> None:
        self.words = {owner: tuple(found) for owner, found in words.items()}
        self.roots = {
            (row._meta.db_table, row.pk): set(parts_of(owner)) for owner, rows in roots.items() for row in rows
        }
        self.models = {model._meta.db_table: model for model in find_models()}
        self.base = self._read_all()

    def read_rows(self) -> Iterator[tuple[type[Model], list[Row]]]:
        """Of the state that the walk began with."""
        for table, model in self.models.items():
            yield model, list(self.base[table].values())

    @contextmanager
    def watching(self) -> Iterator[set[str]]:
        """The tables that are written to meanwhile."""
        written: set[str] = set()

        def spy(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if found := WRITES.match(sql):
                written.add(found[1])
            return execute(sql, params, many, context)

        with connection.execute_wrapper(spy):
            yield written

    def compare(self, written: set[str]) -> list[Difference]:
        """What is different from the base in the tables that were written to."""
        now = {table: self._read(table) for table in written & self.models.keys()}
        found = [one for table in sorted(now) for one in self._compare(table, now[table])]
        return self._with_owners(found, now) if any(one.kind == "added" for one in found) else found

    def _read_all(self) -> dict[str, dict[Any, Row]]:
        """All rows of all tables with their owners."""
        read = {table: self._read(table) for table in self.models}
        keys = [(table, pk) for table, rows in read.items() for pk in rows]
        owners = {
            (table, pk): self._named_in(read[table][pk]) | self.roots.get((table, pk), set()) for table, pk in keys
        }
        pass_on(owners, list(self._find_links(keys, read)))
        return {
            table: {pk: Row(pk, values, frozenset(owners[table, pk])) for pk, values in rows.items()}
            for table, rows in read.items()
        }

    def _read(self, table: str) -> dict[Any, tuple[Any, ...]]:
        model = self.models[table]
        names = [field.attname for field in model._meta.concrete_fields]
        at = names.index(model._meta.pk.attname)
        return {values[at]: values for values in model._base_manager.values_list(*names)}

    def _named_in(self, values: tuple[Any, ...]) -> set[str]:
        text = "\n".join(str(value) for value in values if isinstance(value, str | list | dict))
        named = [owner for owner, words in self.words.items() if any(word in text for word in words)]
        return {part for owner in named for part in parts_of(owner)}

    def _find_links(
        self, keys: Iterable[Key], read: dict[str, dict[Any, tuple[Any, ...]]]
    ) -> Iterator[tuple[Key, Key]]:
        """From each row to those that it refers to."""
        for table, pk in keys:
            for at, field in enumerate(self.models[table]._meta.concrete_fields):
                target = read[table][pk][at]
                if target is not None and isinstance(field.related_model, type):
                    yield (table, pk), (field.related_model._meta.db_table, target)

    def _compare(self, table: str, now: dict[Any, tuple[Any, ...]]) -> Iterator[Difference]:
        before = self.base[table]
        names = [field.attname for field in self.models[table]._meta.concrete_fields]
        for pk in before.keys() | now.keys():
            old, new = before.get(pk), now.get(pk)
            if old is None:
                yield Difference(table, "added", pk, frozenset())
            elif new is None:
                yield Difference(table, "removed", pk, old.owners)
            elif old.values != new:
                changed = tuple(n for n, a, b in zip(names, old.values, new, strict=True) if a != b)
                yield Difference(table, "changed", pk, old.owners, changed)

    def _with_owners(
        self, found: list[Difference], now: dict[str, dict[Any, tuple[Any, ...]]]
    ) -> list[Difference]:
        """Of rows that were added: by their words, and by what they refer to, old rows or other new ones."""
        owners = {(table, pk): set(row.owners) for table, rows in self.base.items() for pk, row in rows.items()}
        added = [(one.table, one.pk) for one in found if one.kind == "added"]
        owners |= {(table, pk): self._named_in(now[table][pk]) for table, pk in added}
        pass_on(owners, list(self._find_links(added, now)))
        return [
            replace(one, owners=frozenset(owners[one.table, one.pk])) if one.kind == "added" else one
            for one in found
        ]


def find_models() -> list[type[Model]]:
    """Every table, also those that stand between two others."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def pass_on(owners: dict[Key, set[str]], links: list[tuple[Key, Key]]) -> None:
    """Whoever owns what is referred to owns what refers to it; until nobody learns anything new."""
    learned = True
    while learned:
        learned = False
        for here, there in links:
            new = owners.get(there, set()) - owners[here]
            owners[here] |= new
            learned = learned or bool(new)


def parts_of(owner: str) -> tuple[str, ...]:
    """Whose is a person's is also her enterprise's."""
    return (owner, owner.partition("/")[0]) if "/" in owner else (owner,)

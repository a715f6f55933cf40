"""Every address that a party has: its URL map, filled with the identifiers that are in its database.

The map is read from the URL resolver, so an address that somebody adds is walked from its first day. Nobody keeps
a list of what may stand in it, either: of every table, each owner's first row gives a number, a UUID or a slug.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import Model, SlugField
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from django.urls.resolvers import RoutePattern

from tests.walk.ledger import Ledger

NOBODYS_NUMBER, NOBODYS_UUID = 987_654, UUID(int=7)
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """``route`` is the map's own word, which stays the same whatever ``path`` is filled with."""

    route: str
    path: str


@dataclass(frozen=True)
class Route:
    route: str
    converters: dict[str, Any]

    @property
    def names_a_row(self) -> bool:
        return self.wants(IntConverter) or self.wants(UUIDConverter)

    def wants(self, kind: type) -> bool:
        return any(isinstance(one, kind) for one in self.converters.values())

    def matches(self, path: str) -> bool:
        parts = PARAMETER.split(self.route)
        pattern = "".join(
            f"(?:{self.converters[part].regex})" if at % 2 else re.escape(part) for at, part in enumerate(parts)
        )
        return re.fullmatch(pattern, path.removeprefix("/")) is not None


def read_map(patterns: list[Any] | None = None, before: str = "") -> Iterator[Route]:
    """In the order in which Django tries them."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if not isinstance(one, URLPattern | URLResolver) or not isinstance(one.pattern, RoutePattern):
            raise TypeError(f"Expected path(), found {one!r}: teach the walk what to fill it with.")
        route = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            for inner in read_map(one.url_patterns, route):
                yield Route(inner.route, one.pattern.converters | inner.converters)
        else:
            yield Route(route, dict(one.pattern.converters))


def find_route(routes: list[Route], path: str) -> str | None:
    """The route that answers ``path``."""
    return next((one.route for one in routes if one.matches(path)), None)


class Identifiers:
    """What can stand in an address: of each table, the first row of each owner, and something of nobody's."""

    def __init__(self, ledger: Ledger) -> None:
        numbers: set[int] = {NOBODYS_NUMBER}
        uuids: set[UUID] = {NOBODYS_UUID}
        slugs: set[str] = set()
        for model, rows in ledger.read_rows():
            first = {row.owners: row.pk for row in sorted(rows, key=lambda row: str(row.pk), reverse=True)}
            numbers |= {pk for pk in first.values() if isinstance(pk, int)}
            uuids |= {pk for pk in first.values() if isinstance(pk, UUID)}
            slugs |= set(find_slugs(model))
        self.numbers, self.uuids = sorted(numbers), sorted(uuids)
        self.slugs = sorted(slugs) or ["nobodys"]

    def fill(self, route: Route) -> Iterator[Address]:
        """With every slug; with every number, the same one where several are wanted."""
        of_rows = (IntConverter, UUIDConverter)
        slugs = [name for name, one in route.converters.items() if not isinstance(one, of_rows)]
        numbers = self.numbers if route.wants(IntConverter) else [0]
        uuids = self.uuids if route.wants(UUIDConverter) else [NOBODYS_UUID]
        for number, uuid, *named in product(numbers, uuids, *[self.slugs] * len(slugs)):
            values = dict(zip(slugs, named, strict=True))
            for name, one in route.converters.items():
                if name not in values:
                    values[name] = str(number if isinstance(one, IntConverter) else uuid)
            yield Address(route.route, "/" + PARAMETER.sub(lambda found: values[found[1]], route.route))  # noqa: B023


def find_slugs(model: type[Model]) -> Iterator[str]:
    """Of those that name a row in the whole database, as what stands in an address does."""
    for field in model._meta.concrete_fields:
        if isinstance(field, SlugField) and field.unique:
            yield from model._base_manager.values_list(field.attname, flat=True)

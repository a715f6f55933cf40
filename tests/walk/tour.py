"""Everybody to every address by every method, once; and what was found wrong, for the tests to look at."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.walk.addresses import Address, Identifiers, Route, read_map
from tests.walk.guides import follow
from tests.walk.walker import RARE_METHODS, Answer, Visitor, Walk, is_refusal

FORMS_OF_A_ROUTE = 2


@dataclass
class Tour:
    """``open_to_all`` says by route why nobody in particular gets an answer there."""

    walk: Walk
    visitors: Sequence[Visitor]
    open_to_all: Mapping[str, str]
    sign_in: tuple[str, ...] = ()
    more_data: tuple[Mapping[str, Any], ...] = ()
    """What programs send where no page has a form: tokens of everybody."""
    routes: list[Route] = field(default_factory=lambda: list(read_map()))
    addresses: list[Address] = field(default_factory=list)
    posting: list[Address] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    trespasses: list[str] = field(default_factory=list)
    answered_to_nobody: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)
    """Of ``open_to_all``, what somebody needed."""
    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By visitor: the owners whose words she read, which shows that they are there to be found."""
    changed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By visitor: how many requests changed something, which shows that they do."""
    visited: set[tuple[str, str]] = field(default_factory=set)

    def run(self) -> "Tour":
        self.addresses = self.find_addresses()
        self.posting = self.find_posting(self.addresses)
        for visitor in self.visitors:
            for address in self.addresses:
                self.try_it(visitor, "GET", address)
            for address in self.posting:
                for data in self.data_for(visitor, address.route):
                    self.try_it(visitor, "POST", address, data)
        for turn, (address, visitor) in enumerate(product(one_of_each(self.addresses), self.visitors)):
            # Each visitor at each route by one of these, and by another than the visitor before.
            self.try_it(visitor, RARE_METHODS[turn % len(RARE_METHODS)], address, {})
        return self

    def find_addresses(self) -> list[Address]:
        """Where the guides' own pages lead, and the same under every other enterprise's name.

        What no page leads to is filled with whatever is in the database.
        """
        known = Identifiers(self.walk.ledger)
        starts = [address for route in self.routes if not route.names_a_row for address in known.fill(route)]
        led = {address for guide in self.guides for address in self.led_by(guide, starts)}
        led |= {Address(one.route, path) for one in led for path in under_other_names(one.path, known.slugs)}
        lost = {route.route for route in self.routes} - {one.route for one in (*starts, *led)}
        filled = [address for route in self.routes if route.route in lost for address in known.fill(route)]
        return sorted({*starts, *led, *filled}, key=str)

    def led_by(self, guide: Visitor, starts: list[Address]) -> Iterator[Address]:
        """One of each shape: of ten people's pages one, and of one app's four tabs all."""
        shapes: set[str] = set()
        for address in sorted(follow(self.walk, guide, self.routes, starts), key=str):
            shape = re.sub(r"[0-9a-f-]{36}|\d+|=[^&]*", "N", address.path)
            if shape not in shapes:
                shapes.add(shape)
                yield address

    def find_posting(self, addresses: list[Address]) -> list[Address]:
        """Those at which some guide may send something at all; at the others everybody is told 405."""
        takes = {
            route
            for route, of_route in grouped(addresses).items()
            if any(
                self.walk.visit(who, "POST", one, {}).status != 405 for one in of_route[:2] for who in self.guides
            )
        }
        return [address for address in addresses if address.route in takes and "?" not in address.path]

    def data_for(self, visitor: Visitor, route: str) -> Iterator[Mapping[str, Any]]:
        """What the guides' forms would send there. Programs send none, but everybody's tokens elsewhere."""
        if route in self.walk.forms:
            yield from [] if visitor.is_program else self.walk.forms[route][:FORMS_OF_A_ROUTE]
            return
        yield {}
        if visitor.is_program:
            yield from self.more_data

    def try_it(self, visitor: Visitor, method: str, address: Address, data: Any = None) -> Answer:
        answer = self.walk.visit(visitor, method, address, data)
        self.visited.add((visitor.name, address.route))
        self.changed[visitor.name] += bool(answer.differences)
        self.leaks += self.walk.find_leaks(visitor, answer, data)
        self.trespasses += self.walk.find_trespasses(visitor, answer)
        if answer.status >= 500:
            self.broken.append(str(answer))
        for owner, words in self.walk.ledger.words.items():
            if owner not in self.seen[visitor.name] and any(word in answer.body for word in words):
                self.seen[visitor.name].add(owner)
        if not visitor.owner:
            self._hold_against_the_list(answer)
        return answer

    def _hold_against_the_list(self, answer: Answer) -> None:
        if is_refusal(answer, self.sign_in):
            return
        if answer.method == "OPTIONS" and not answer.body:
            return  # which methods an address takes is no secret, and all that Django says of it
        route = answer.address.route
        if route in self.open_to_all:
            self.needed.add(route)
        else:
            self.answered_to_nobody.append(f"{answer}, {answer.location}")

    @property
    def guides(self) -> list[Visitor]:
        return [visitor for visitor in self.visitors if visitor.is_guide]

    @property
    def not_needed(self) -> set[str]:
        return set(self.open_to_all) - self.needed

    @property
    def not_visited(self) -> list[str]:
        everywhere = {(visitor.name, route.route) for visitor in self.visitors for route in self.routes}
        return sorted(f"{name} at {route}" for name, route in everywhere - self.visited)


def under_other_names(path: str, slugs: Iterable[str]) -> Iterator[str]:
    """The same address, with each enterprise's name in place of the one that is in it."""
    path, mark, query = path.partition("?")
    parts = path.split("/")
    for at, part in enumerate(parts):
        if part in slugs:
            yield from ("/".join((*parts[:at], slug, *parts[at + 1 :])) + mark + query for slug in slugs)


def grouped(addresses: Iterable[Address]) -> dict[str, list[Address]]:
    found: dict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        found[address.route].append(address)
    return found


def one_of_each(addresses: Iterable[Address]) -> list[Address]:
    """Of each route the last, which is no address of nobody's if there is another."""
    return [of_route[-1] for of_route in grouped(addresses).values()]

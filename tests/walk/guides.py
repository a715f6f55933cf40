"""Where the pages lead: every link and form that a guide finds, from the map's own pages on.

Deliberately does not: press anything. What a form would send is noted, and sent by everybody later on.
"""

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.walk.addresses import Address, Route, find_route
from tests.walk.walker import Visitor, Walk

AT_MOST_OF_A_ROUTE = 12
"""Addresses that one guide's pages lead to under one route: a filter has endless combinations."""

TYPED = {
    "text": "Walked",
    "email": "walked@walked.example",
    "url": "https://walked.example",
    "number": "60",
    "password": "walked-walked-walked-walked-walked-0123456789",
    "checkbox": "on",
    "radio": "on",
}
"""What is typed into a field that is empty, so that the form is one that would be taken."""


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self._fields: dict[str, Any] | None = None
        self._textarea = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in at:
            self.hrefs.append(at["href"])
        elif tag == "form":
            self._fields = {}
            self.forms.append((at.get("action", ""), self._fields))
            if at.get("method", "get").lower() == "get":
                self.hrefs.append(at.get("action", ""))
        elif self._fields is not None:
            self._take(tag, at)

    def _take(self, tag: str, at: dict[str, str]) -> None:
        assert self._fields is not None
        name = at.get("name", "")
        if tag == "button" and at.get("formaction"):
            self.forms.append((at["formaction"], self._fields))
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in at or self._select not in self._fields):
            self._fields[self._select] = at.get("value", "")
        elif tag == "textarea":
            self._textarea = name
            self._fields[name] = ""
        elif tag in ("input", "button") and name:
            if at.get("type") in ("checkbox", "radio") and "checked" not in at and name in self._fields:
                return
            self._fields[name] = at.get("value") or TYPED.get(at.get("type", "text"), "")

    def handle_data(self, data: str) -> None:
        if self._textarea and self._fields is not None:
            self._fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""


def follow(walk: Walk, guide: Visitor, routes: list[Route], starts: Iterable[Address]) -> set[Address]:
    """Every address of this party that the guide's pages lead to. Its forms go into ``walk.forms``."""
    waiting = list(starts)
    found: dict[str, set[str]] = {}
    while waiting:
        address = waiting.pop(0)
        known = found.setdefault(address.route, set())
        if address.path in known or len(known) >= AT_MOST_OF_A_ROUTE:
            continue
        known.add(address.path)
        answer = walk.visit(guide, "GET", address)
        if answer.status in (301, 302, 303):
            waiting += lead_on(routes, address.path, [answer.location])
        if answer.status != 200:
            continue
        links = Links()
        links.feed(answer.body)
        waiting += lead_on(routes, address.path, links.hrefs)
        for action, fields in links.forms:
            for target in lead_on(routes, address.path, [action]):
                waiting.append(target)
                sent = {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}
                known_forms = walk.forms.setdefault(target.route, [])
                if sent not in known_forms and len(known_forms) < AT_MOST_OF_A_ROUTE:
                    known_forms.append(sent)
    return {Address(route, path) for route, paths in found.items() for path in paths}


def lead_on(routes: list[Route], base: str, hrefs: Iterable[str]) -> list[Address]:
    """Of the links of a page, those that lead to an address of this party."""
    found = []
    for href in hrefs:
        parts = urlsplit(urljoin(f"http://testserver{base}", href))
        if parts.netloc == "testserver" and (route := find_route(routes, parts.path)) is not None:
            found.append(Address(route, parts.path + (f"?{parts.query}" if parts.query else "")))
    return found

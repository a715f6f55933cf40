"""Pages of a state that a walk cannot click to, as the party itself makes them in a database that was changed so.

Each state is a few lines of the party's operator: they change rows and send requests, as a browser does, by the
party's own code. The last answer is the page. Then all is rolled back, so nobody has anything to put right.

Deliberately does not: write a page, or put anything in place of the party's own code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.flow.demo import Demo
from tests.flow.lab import ask_operator

MAKE = """
import json, sys
from django.db import transaction
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()  # so that an answer tells the form that is on it
host, port, before, states = json.load(sys.stdin)
made = []
for lines in states:
    with transaction.atomic():
        known = {"browser": Client(SERVER_NAME=host, SERVER_PORT=port, raise_request_exception=False)}
        exec(before + lines, known)
        made.append(known["answer"].content.decode())
        transaction.set_rollback(True)
print(json.dumps({"pages": made}))
"""


@dataclass(frozen=True)
class State:
    """``lines`` leave the page in ``answer``; ``shows`` is the sentence of it for which it is on the walk."""

    name: str
    shows: str
    lines: str
    environment: dict[str, str] = field(default_factory=dict)


def make_pages(demo: Demo, party: str, before: str, states: tuple[State, ...]) -> list[str]:
    """The HTML of each, all in one process for those of one environment: ``before`` comes first in each state."""
    where = urlsplit(demo.url("idp" if party == "idp_mock" else party))
    given = [where.hostname, str(where.port), before, [state.lines for state in states]]
    return list(ask_operator(demo, party, MAKE, given=given, **states[0].environment)["pages"])


def serve(page: Page, address: str, html: str) -> None:
    page.route(address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))


def visit_as_if(
    demo: Demo, page: Page, party: str, before: str, states: tuple[State, ...]
) -> Iterator[tuple[str, Page]]:
    """Each at an address of the party's own, so that what belongs to a page comes from there."""
    here = demo.url("idp" if party == "idp_mock" else party)
    for environment in {str(state.environment): state.environment for state in states}.values():
        alike = tuple(state for state in states if state.environment == environment)
        for state, html in zip(alike, make_pages(demo, party, before, alike), strict=True):
            address = f"{here}/?as-if=" + re.sub(r"\W+", "-", state.name)
            serve(page, address, html)
            page.goto(address)
            assert state.shows in " ".join(page.evaluate("document.body.textContent").split()), state.name
            yield f"as if: {state.name}", page

"""The whole walk: every page of the four places, in every state, by whoever can see it. It judges nothing."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import as_if_idp, as_if_setup, as_if_stage, as_if_todo0
from tests.browser.as_if import visit_as_if
from tests.browser.every_page import People, visit_apps
from tests.browser.every_page_of_acme import visit_idp
from tests.browser.setting_up import forget_setup, visit_refusals, visit_setup
from tests.flow.demo import Demo

SIZE: Any = {"width": 1280, "height": 720}
PATIENCE = 30_000  # milliseconds
AS_IF = (
    ("stage", as_if_stage),
    ("todo0", as_if_todo0),
    ("todo0", as_if_setup),
    ("idp_mock", as_if_idp),
)


def walk_everywhere(demo: Demo, browser: Browser) -> Iterator[tuple[str, Page]]:
    """The name of a state, and the page that is in it. Afterwards Globex is a stranger again."""
    contexts: list[BrowserContext] = []

    def new() -> BrowserContext:
        context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context

    people = People(new, new(), new())
    tove = new().new_page()
    forget_setup(demo)
    yield from visit_apps(demo, people)
    yield from visit_idp(demo, people)
    yield from visit_refusals(demo, tove, new().new_page())
    yield from visit_setup(demo, tove, new())
    forget_setup(demo)
    page = new().new_page()
    for party, of_party in AS_IF:
        yield from visit_as_if(demo, page, party, of_party.BEFORE, of_party.STATES)
    for context in contexts:
        context.close()

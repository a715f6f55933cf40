"""Every page a person can reach, held against WCAG 2.2 AA by axe-core: at 1280 pixels in light, at 320 in dark.

One demo, one browser, one walk. The pages are known from the URL maps of the four places: whatever answers there
and is not listed as no page (``routes``) has to be on the walk.

Deliberately does not: replace somebody who listens to the pages. axe finds about half of what can be wrong.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.every_page import People, visit_apps
from tests.browser.every_page_of_acme import visit_idp
from tests.browser.routes import NOT_PAGES, find_route, load_routes
from tests.browser.setting_up import forget_setup, visit_refusals, visit_setup
from tests.browser.test_pages import WIDER_THAN_ITS_WINDOW
from tests.flow.demo import Demo

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SEEN = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
"""The rules that hang on colours and width; the others would say the same again."""
LOOKS = (
    (1280, "light", {"runOnly": LEVELS, "resultTypes": ["violations"]}),
    (320, "dark", {"runOnly": SEEN, "resultTypes": ["violations"]}),
)
DRESSED = {"runOnly": ["color-contrast", "target-size"], "resultTypes": ["violations"]}
CONTRAST = "document.documentElement.dataset.theme = 'contrast'"
DRESSES = {
    "high contrast, light": CONTRAST,
    "high contrast, dark": CONTRAST,
    "stage mode": """new Promise(done => {
        document.documentElement.dataset.stage = "";
        document.body.classList.add("on-stage");
        const link = document.createElement("link");
        Object.assign(link, { rel: "stylesheet", id: "dress", onload: done, onerror: done });
        link.href = document.querySelector("[href$='kit/house.css']").href.replace("house", "stage");
        document.head.append(link);
    })""",
}
"""What a person's choices do to a page (``stage.kit.look``), done to it here without asking the server again."""
UNDRESS = """() => {
    delete document.documentElement.dataset.theme; delete document.documentElement.dataset.stage;
    document.body.classList.remove("on-stage"); document.querySelector("#dress")?.remove();
}"""
UNFOLD = """[...document.querySelectorAll('main details:not([open])')].slice(0, 6)
    .forEach(one => { one.open = true; one.toggleAttribute('data-unfolded'); })"""
FOLD = "document.querySelectorAll('[data-unfolded]').forEach(one => { one.open = false; })"
PATIENCE = 30_000  # milliseconds


@pytest.fixture(scope="module")
def found(browser: Browser, demo: Demo) -> Iterator[dict[str, list[Any]]]:
    """What was wrong, and which addresses were seen."""
    contexts: list[BrowserContext] = []

    def new() -> BrowserContext:
        context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context

    found: dict[str, list[Any]] = {"wrong": [], "seen": []}
    dressed: set[str] = set()
    people = People(new, new(), new())
    walks = (
        visit_apps(demo, people),
        visit_idp(demo, people),
        visit_refusals(demo, tove := new().new_page(), new().new_page()),
        visit_setup(demo, tove, new()),
    )
    forget_setup(demo)
    for state, page in chain(*walks):
        found["seen"].append(page.url)
        wrongs = list(look_at(page))
        if (address := address_of(page)) not in dressed:
            dressed.add(address)
            wrongs += look_at_dressed(page)
        found["wrong"] += [f"{state} ({urlsplit(page.url).path}): {wrong}" for wrong in wrongs]
    forget_setup(demo)
    yield found
    for context in contexts:
        context.close()


def look_at(page: Page) -> Iterator[str]:
    """All of it, also what is folded away (of a long list, the first); afterwards the page is as it was."""
    page.evaluate(UNFOLD)
    page.evaluate(AXE_SCRIPT)
    for width, scheme, options in LOOKS:
        page.set_viewport_size({"width": width, "height": 720})
        page.emulate_media(color_scheme=scheme)
        for violation in page.evaluate("options => axe.run(options)", options)["violations"]:
            for node in violation["nodes"]:
                yield f"{violation['id']} at {width}, {scheme}: {node['html'][:200]} {node['failureSummary']}"
        if (by := page.evaluate(WIDER_THAN_ITS_WINDOW)) > 0:
            yield f"scrolls sideways by {by} pixels at {width}"
    page.evaluate(FOLD)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme="light")


def look_at_dressed(page: Page) -> Iterator[str]:
    """The same in what a person may choose instead; colours and sizes alone, since nothing else changes."""
    for look, dress in DRESSES.items():
        page.emulate_media(color_scheme="dark" if look.endswith("dark") else "light")
        page.evaluate(dress)
        for violation in page.evaluate("options => axe.run(options)", DRESSED)["violations"]:
            for node in violation["nodes"]:
                yield f"{violation['id']} in {look}: {node['html'][:200]} {node['failureSummary']}"
        page.evaluate(UNDRESS)
    page.emulate_media(color_scheme="light")


def address_of(page: Page) -> str:
    """Without numbers, so that two todos are one page."""
    parts = urlsplit(page.url)
    return f"{parts.netloc}{re.sub(r'[0-9a-f-]{8,}|[0-9]+', '0', parts.path)}"


def test_no_page_breaks_a_rule_of_wcag(found: dict[str, list[Any]]) -> None:
    assert found["wrong"] == []


@pytest.mark.parametrize("party", ["stage", "agent0", "todo0", "idp"])
def test_every_page_that_a_place_has_was_looked_at(demo: Demo, found: dict[str, list[Any]], party: str) -> None:
    routes, seen = load_routes(demo, party), set()
    for url in found["seen"]:
        if url.startswith(demo.url(party)):
            seen.add(find_route(routes, urlsplit(url).path))
    pages = set(routes) - set(NOT_PAGES[party])
    assert pages - seen == set(), "put them on the walk, or say in routes.py why they are no pages"
    assert seen & set(NOT_PAGES[party]) == set(), "these are pages after all"
    assert set(NOT_PAGES[party]) - set(routes) == set(), "these are gone"


@pytest.mark.parametrize("harm", ["removeAttribute('lang')", "querySelector('h1').style.opacity = 0.1"])
def test_a_page_that_is_harmed_is_noticed(browser: Browser, demo: Demo, harm: str) -> None:
    """The good twin of finding nothing."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.url("stage"))
    assert list(look_at(page)) == []
    page.evaluate(f"document.documentElement.{harm}")
    assert list(look_at(page)) != []
    context.close()

"""Every page a person can reach, in every state and every look, held against WCAG 2.2 AA by axe-core.

One demo, one browser, one walk. The pages are known from the URL maps of the four places: whatever answers there
and is not listed as no page (``routes``) has to be on the walk. ``looks`` says what a look is.

Deliberately does not: replace somebody who listens to the pages. axe finds about half of what can be wrong.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.looks import LEVELS, look_at
from tests.browser.routes import NOT_PAGES, find_route, load_routes
from tests.browser.sentences import read_all_sentences, read_text
from tests.browser.unshown import UNSHOWN
from tests.browser.whole_walk import walk_everywhere
from tests.flow.demo import Demo


class Found:
    """What was wrong, and which addresses and words were seen."""

    def __init__(self, demo: Demo, browser: Browser) -> None:
        self.wrong: list[str] = []
        self.seen: list[str] = []
        self.text = ""
        known: set[str] = set()
        for state, page in walk_everywhere(demo, browser):
            self.seen.append(page.url)
            self.text += f"{read_text(page)}\n"
            wrongs = look_at(page, known)
            self.wrong += [f"{state} ({urlsplit(page.url).path}), {wrong}" for wrong in wrongs]


@pytest.fixture(scope="module")
def found(browser: Browser, demo: Demo) -> Found:
    return Found(demo, browser)


def test_the_rules_are_those_of_wcag_2_2_up_to_level_aa() -> None:
    assert set(LEVELS) == {"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"}


def test_no_page_breaks_a_rule_of_wcag(found: Found) -> None:
    assert found.wrong == []


@pytest.mark.parametrize("party", ["stage", "agent0", "todo0", "idp"])
def test_every_page_that_a_place_has_was_looked_at(demo: Demo, found: Found, party: str) -> None:
    routes, seen = load_routes(demo, party), set()
    for url in found.seen:
        if url.startswith(demo.url(party)):
            seen.add(find_route(routes, urlsplit(url).path))
    pages = set(routes) - set(NOT_PAGES[party])
    assert pages - seen == set(), "put them on the walk, or say in routes.py why they are no pages"
    assert seen & set(NOT_PAGES[party]) == set(), "these are pages after all"
    assert set(NOT_PAGES[party]) - set(routes) == set(), "these are gone"


def test_every_sentence_of_a_template_is_shown_by_a_state_of_the_walk(found: Found) -> None:
    missing = {one for one in read_all_sentences() if one not in found.text}
    assert missing - UNSHOWN == set(), "put a state on the walk that shows it, such as one in as_if_*.py"

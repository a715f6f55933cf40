"""On stage, in a window of 1280x720, what the run sheet opens at the places fits without scrolling.

``docs/presenting.md`` is the run sheet. What has no end scrolls all the same: a chat, a list, a log.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.flow.demo import Demo

NewPerson = Callable[..., BrowserContext]
HIGHER_THAN_ITS_WINDOW = "document.documentElement.scrollHeight - document.documentElement.clientHeight"
FITTING = (
    ("stage", "/break/F06"),
    ("stage", "/recorder/live"),
    ("agent0", ""),
    ("todo0", ""),
    ("idp", "/acme/login"),
)


def go_on_stage(demo: Demo, new_person: NewPerson) -> Page:
    context = new_person(reduced_motion="reduce")
    context.add_cookies([{"name": "stage", "value": "on", "url": demo.url("stage")}])
    return context.new_page()


@pytest.mark.parametrize(("party", "path"), FITTING)
def test_a_page_that_the_run_sheet_opens_fits(demo: Demo, new_person: NewPerson, party: str, path: str) -> None:
    page = go_on_stage(demo, new_person)
    page.goto(f"{demo.url(party)}{path}")
    expect(page.locator("html[data-stage]")).to_be_attached()
    assert page.evaluate(HIGHER_THAN_ITS_WINDOW) <= 0

"""The question for the second factor: it fits a small screen, and the keyboard alone answers it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import UNLABELLED, WIDER_THAN_ITS_WINDOW, NewPerson
from tests.browser.walk import continue_as
from tests.cast import ALICE
from tests.flow.demo import Demo

START = "/signin/start?connection=enterprise&acr_values=urn:xaa-demo:acr:mfa&next=/chat"


def expect_question(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it you, Alice Anders, signing in to Agent0?")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """As somebody without a mouse gets there, and sees where she is."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.textContent"):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"the Tab key does not lead to {name!r}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_answered_from_the_keyboard(demo: Demo, new_person: NewPerson, scheme: str) -> None:
    page = new_person(viewport={"width": 320, "height": 640}, color_scheme=scheme).new_page()
    page.goto(f"{demo.url('agent0')}{START}")
    continue_as(page, ALICE)
    expect_question(page)
    assert page.evaluate(WIDER_THAN_ITS_WINDOW) <= 0
    assert (page.locator("h1").count(), page.evaluate(UNLABELLED)) == (1, 0)
    tab_to(page, "It is not me")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You said that it was not you")).to_be_visible()
    assert page.evaluate(WIDER_THAN_ITS_WINDOW) <= 0
    tab_to(page, "It was me: ask again")
    page.keyboard.press("Enter")
    expect_question(page)
    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/chat"))

"""The presenter's card with its clock running, beside the world's in the bar of the same page."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.flow.demo import Demo


def test_the_card_tells_how_long_the_story_has_been_told_and_the_bar_the_worlds_time(
    demo: Demo, new_person: Callable[..., BrowserContext]
) -> None:
    page = new_person().new_page()
    page.goto(f"{demo.url('stage')}/presenter")
    expect(page.locator("main").get_by_text(re.compile(r"Told so far: 0:0\d"))).to_be_visible()
    expect(page.locator("#world time")).to_have_text(re.compile(r"\d\d:\d\d"))

"""The presenter's card with its clock running, beside the world's in the bar of the same page; and her keys."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.walk import ask, expect_badge, start_at_the_launchpad
from tests.flow.demo import Demo


def test_the_card_tells_how_long_the_story_has_been_told_and_the_bar_the_worlds_time(
    demo: Demo, new_person: Callable[..., BrowserContext]
) -> None:
    page = new_person().new_page()
    page.goto(f"{demo.url('stage')}/presenter")
    expect(page.locator("main").get_by_text(re.compile(r"Told so far: 0:0\d"))).to_be_visible()
    expect(page.locator("#world time")).to_have_text(re.compile(r"\d\d:\d\d"))


def test_one_key_plays_the_tape_in_the_whole_window_and_one_blanks_it(
    demo: Demo, new_person: Callable[..., BrowserContext]
) -> None:
    page = new_person(reduced_motion="reduce").new_page()
    start_at_the_launchpad(page, demo)
    expect_badge(ask(page, 'Add "For the tape"'), "done")
    page.goto(f"{demo.url('stage')}/show?stage=1")
    left = page.frame_locator("[name=show-left]")
    left.get_by_role("heading", level=1).press("b")
    expect(page.locator(".show")).to_be_hidden()
    page.locator("body").press("b")
    expect(page.locator(".show")).to_be_visible()
    left.get_by_role("heading", level=1).press("t")
    expect(page.get_by_text("not live")).to_be_visible()
    expect(page.locator("#hop")).to_contain_text("Open Agent0")
    page.keyboard.press("Space")
    expect(page.locator("#hop")).to_contain_text("Authorization request")

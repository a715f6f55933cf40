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


def test_a_button_of_the_bar_leaves_both_panes_where_they_are(
    demo: Demo, new_person: Callable[..., BrowserContext]
) -> None:
    page = new_person().new_page()
    page.goto(f"{demo.url('stage')}/show")
    right = page.frame_locator("[name=show-right]")
    expect(right.get_by_role("heading", level=1)).to_contain_text("Your company decides.")
    page.get_by_label("On the right").get_by_role("link", name="Break it").click()
    expect(right.get_by_role("heading", level=1)).to_contain_text("Stolen by Evil0")
    page.get_by_role("button", name="+6 min").click()
    expect(page.get_by_label("The clock")).to_contain_text("+6 min")
    expect(right.get_by_role("heading", level=1)).to_contain_text("Stolen by Evil0")
    page.get_by_role("button", name="Reset").click()
    expect(right.get_by_role("heading", level=1)).to_contain_text("Your company decides.")
    expect(page.get_by_label("The clock")).to_have_count(0)


def test_what_somebody_changes_elsewhere_is_told_above_the_panes_and_in_none_of_them(
    demo: Demo, new_person: Callable[..., BrowserContext]
) -> None:
    page, other = new_person().new_page(), new_person().new_page()
    page.goto(f"{demo.url('stage')}/show")
    other.goto(f"{demo.url('stage')}/recorder/gate")
    other.get_by_role("button", name="Close the gate").click()
    expect(page.get_by_label("The gate")).to_be_visible()
    page.get_by_label("The gate").get_by_role("link", name="See what waits").click()
    right = page.frame_locator("[name=show-right]")
    expect(right.get_by_role("heading", name="Nobody waits")).to_be_visible()
    expect(right.get_by_label("The gate")).to_have_count(0)
    right.get_by_role("button", name="Open the gate").click()
    expect(right.get_by_text("The gate is open.")).to_be_visible()
    expect(page.get_by_label("The gate")).to_have_count(0)


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

"""Stage mode on a projector of 1280 by 720: what a presenter shows fits, and can be read from the back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.rare_states import put_preflight, record, sweep_records
from tests.flow.demo import Demo
from tests.stage.evidence import ACT, load

NewPerson = Callable[..., BrowserContext]
WIDTH, HEIGHT = 1280, 720
FRAMES = ("problem", "roles", "steps", "decides", "admin", "limits", "real")
SHOWN = ("", "preflight", "settings", *(f"how-it-works?frame={frame}" for frame in FRAMES))
SMALLEST_LABEL = """Math.min(...[...document.querySelectorAll('svg text')].map(
    one => parseFloat(getComputedStyle(one).fontSize) * one.getCTM().a))"""


def open_on_stage(page: Page, demo: Demo, path: str) -> Page:
    page.goto(f"{demo.url('stage')}/{path}{'&' if '?' in path else '?'}stage=1")
    return page


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_that_a_presenter_shows_fits_the_projector(demo: Demo, new_person: NewPerson, path: str) -> None:
    page = open_on_stage(new_person().new_page(), demo, path)
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollHeight") <= HEIGHT
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH


def test_all_thirteen_hops_and_the_four_steps_are_in_view_and_the_tabs_in_one_line(
    demo: Demo, new_person: NewPerson
) -> None:
    sweep_records(demo)
    record(demo, load("rest"))
    page = open_on_stage(new_person().new_page(), demo, f"recorder/traces/{ACT}?hop=9")
    expect(page.locator(".hop")).to_have_count(13)
    assert page.locator(".diagram").evaluate("it => it.scrollHeight - it.clientHeight") <= 0
    tops = page.locator(".tabs li").evaluate_all("all => all.map(one => one.offsetTop)")
    assert len(tops) == 7
    assert len(set(tops)) == 1
    sweep_records(demo)


@pytest.mark.parametrize("path", ["", "how-it-works?frame=steps"])
def test_the_picture_has_labels_of_eighteen_pixels(demo: Demo, new_person: NewPerson, path: str) -> None:
    page = open_on_stage(new_person().new_page(), demo, path)
    assert page.evaluate(SMALLEST_LABEL) >= 18


def test_the_pre_flight_with_something_to_mend_fits_as_well(demo: Demo, new_person: NewPerson) -> None:
    put_preflight(demo)
    page = open_on_stage(new_person().new_page(), demo, "preflight")
    expect(page.locator(".preflight__one")).to_have_count(12)
    expect(page.get_by_role("button", name="Fix")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollHeight") <= HEIGHT


def test_the_window_is_measured_where_it_is(demo: Demo, new_person: NewPerson) -> None:
    put_preflight(demo)
    page = open_on_stage(new_person().new_page(), demo, "preflight")
    expect(page.get_by_text("It is 1280 by 720.")).to_be_visible()
    page.set_viewport_size({"width": 1024, "height": 600})
    expect(page.get_by_text("1024 by 600")).to_be_visible()
    expect(page.get_by_text("make it full screen")).to_be_visible()


def test_without_a_script_the_window_is_for_somebodys_eyes(demo: Demo, new_person: NewPerson) -> None:
    put_preflight(demo)
    page = open_on_stage(new_person(java_script_enabled=False).new_page(), demo, "preflight")
    expect(page.get_by_text("Look for yourself.")).to_be_visible()

"""Carol's console: every page fits and is marked up, and the policy is changed from the keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import UNLABELLED, WIDER_THAN_ITS_WINDOW, NewPerson
from tests.browser.walk import continue_as
from tests.cast import CAROL
from tests.flow.demo import Demo

SMALLEST_TARGET = """Math.min(...[...document.querySelectorAll('main button, main a.button, main select')]
    .filter(one => one.offsetParent).map(one => Math.min(one.offsetWidth, one.offsetHeight)))"""
NAME_OF_FOCUS = """(one => one.matches('a, button, input')
    ? (one.labels?.[0] ?? one).innerText.replaceAll('\\n', ' ') : '')(document.activeElement)"""
PAGES = ("", "apps", "policy", "people", "keys", "log?person=alice", "log?outcome=denied&kind=keys")


def open_console(page: Page, demo: Demo, path: str = "") -> None:
    page.goto(f"{demo.url('idp')}/acme/admin/{path}")
    if page.locator("[name=persona]").count():
        continue_as(page, CAROL)
    expect(page.locator("h1")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control called ``name`` has the focus, and see that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate(NAME_OF_FOCUS):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"the Tab key does not lead to {name!r}")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")])
def test_every_page_of_the_console_fits_and_is_marked_up(
    demo: Demo, new_person: NewPerson, width: int, scheme: str
) -> None:
    page = new_person(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    open_console(page, demo)
    further = [
        page.get_by_role("link", name="Agent0 at Todo0", exact=True).first.get_attribute("href") or "",
    ]
    addresses = [f"/acme/admin/{path}" for path in PAGES] + further + [f"{further[0]}/what-if"]
    for address in addresses:
        page.goto(f"{demo.url('idp')}{address}")
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        assert page.evaluate(WIDER_THAN_ITS_WINDOW) <= 0, f"{address} scrolls sideways at {width} pixels"
        assert (page.locator("h1").count(), page.locator("main").count()) == (1, 1), address
        assert page.evaluate(UNLABELLED) == 0, address
        assert page.evaluate(SMALLEST_TARGET) >= 24, f"{address} has a target that is hard to hit (WCAG 2.5.8)"


def test_the_policy_is_changed_previewed_and_restored_from_the_keyboard(demo: Demo, new_person: NewPerson) -> None:
    page = new_person().new_page()
    open_console(page, demo)
    tab_to(page, "Agent0 at Todo0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Agent0 at Todo0", level=1)).to_be_visible()
    tab_to(page, "Any scope of the resource app")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Only the scopes chosen")).to_be_checked()
    tab_to(page, "Read todos")
    page.keyboard.press("Space")
    tab_to(page, "Preview")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("If you save these terms: 2 people lose"))).to_be_visible()
    tab_to(page, "Save terms")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="2 people lose.")).to_be_visible()
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Restored: Agent0 at Todo0")).to_be_visible()

"""The policy matrix from the keyboard: a grid with one stop for Tab, and plain buttons without a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_console import open_console
from tests.browser.test_pages import NewPerson
from tests.flow.demo import Demo

WHERE = """(one => {
    const cell = one.closest('td, th');
    const widget = one === cell ? '' : one.innerText.trim().split('\\n')[0];
    return cell && cell.closest('[role=grid]')
        ? [cell.parentElement.rowIndex, cell.cellIndex, widget] : null })(document.activeElement)"""
STOPS = """[...document.querySelectorAll('[role=grid] *')].filter(one => one.tabIndex === 0 &&
    one.matches('td, th, a, button')).length"""


@pytest.fixture
def matrix(demo: Demo, new_person: NewPerson) -> Page:
    page = new_person().new_page()
    open_console(page, demo, "policy")
    expect(page.get_by_role("grid", name="Requesting apps down")).to_be_visible()
    return page


def tab_into(page: Page) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(WHERE):
            return
    raise AssertionError("the Tab key does not lead into the grid")


def press(page: Page, *keys: str) -> list[object] | None:
    for key in keys:
        page.keyboard.press(key)
    return page.evaluate(WHERE)


def test_it_is_one_stop_and_the_arrow_keys_go_round_in_it(matrix: Page) -> None:
    assert matrix.evaluate(STOPS) == 1
    tab_into(matrix)
    assert matrix.evaluate(WHERE) == [1, 1, ""]
    assert matrix.evaluate("document.activeElement.matches(':focus-visible')")
    assert press(matrix, "ArrowRight") == [1, 2, ""]
    assert press(matrix, "ArrowRight") == [1, 2, ""], "at the edge it stays"
    assert press(matrix, "ArrowDown", "ArrowLeft") == [2, 1, ""]
    assert press(matrix, "ArrowUp", "ArrowUp") == [0, 1, ""], "headers can be read, too"
    assert press(matrix, "Home") == [0, 0, ""]
    assert press(matrix, "Control+End") == [2, 2, ""]
    assert press(matrix, "Home") == [2, 0, ""]
    assert press(matrix, "End", "Control+Home") == [0, 0, ""]
    assert matrix.evaluate(STOPS) == 1
    assert press(matrix, "Tab") is None, "and Tab leaves it"
    assert press(matrix, "Shift+Tab") == [0, 0, ""], "to come back to where she was"


def test_enter_leads_into_a_cell_and_escape_out_of_it(matrix: Page) -> None:
    tab_into(matrix)
    assert press(matrix, "Enter") == [1, 1, "Agent0 at Todo0:"]
    assert press(matrix, "ArrowRight") == [1, 1, "Terms"]
    assert press(matrix, "ArrowLeft", "ArrowLeft") == [1, 1, "Reading only"], "round"
    assert press(matrix, "Escape") == [1, 1, ""]
    assert press(matrix, "F2", "F2") == [1, 1, ""]
    assert press(matrix, "ArrowDown", "Enter") == [2, 1, "Connect"]


def test_a_switch_is_thrown_from_the_keyboard_and_the_focus_is_still_there(matrix: Page) -> None:
    tab_into(matrix)
    press(matrix, "ArrowRight", "Enter")
    for word in ("on", "off"):
        matrix.keyboard.press("Space")
        expect(matrix.get_by_role("status").filter(has_text=f"Agent0 at Mail0 is {word}.")).to_be_visible()
        expect(matrix.locator("td:focus")).to_have_count(1)
        assert matrix.evaluate(WHERE) == [1, 2, ""], "the page came anew, with the focus where it was"
        press(matrix, "Enter")


def test_a_click_goes_straight_to_the_switch_and_leaves_the_grid_there(matrix: Page) -> None:
    matrix.get_by_role("link", name=re.compile("^Terms of Agent0 at Mail0")).focus()
    assert matrix.evaluate(WHERE) == [1, 2, "Terms"]
    assert press(matrix, "Escape") == [1, 2, ""]


def test_without_a_script_it_is_a_table_of_buttons(demo: Demo, new_person: NewPerson) -> None:
    page = new_person(java_script_enabled=False).new_page()
    open_console(page, demo, "policy")
    expect(page.get_by_role("grid")).to_have_count(0)
    expect(page.get_by_text("arrow keys go from cell to cell")).to_be_hidden()
    page.get_by_role("button", name="Agent0 at Mail0: Off").click()
    expect(page.get_by_role("status").filter(has_text="Agent0 at Mail0 is on.")).to_be_visible()
    assert page.url.partition("#")[2].startswith("cell-")
    page.get_by_role("button", name="Agent0 at Mail0: On").click()
    expect(page.get_by_role("status").filter(has_text="Agent0 at Mail0 is off.")).to_be_visible()

"""Carol lets Agent0 read at Todo0, for Sales alone: in four clicks, or by keyboard. The next exchange follows it.

Alice and Bob had Agent0 write there just before, so that whatever could be remembered of the former policy was.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.looks import LEVELS
from tests.browser.test_console import open_console, tab_to
from tests.browser.test_pages import NewPerson
from tests.browser.test_policy_grid import WHERE, press, tab_into
from tests.browser.walk import ask, expect_badge, start_at_the_launchpad
from tests.cast import ALICE, BOB, CAROL
from tests.flow.demo import Demo
from tests.flow.lab import ask_operator
from tests.flow.processes import find_descendants

SET_TERMS = """
import json, sys
from idp_mock.policy.models import CrossAppConnection
asked = json.load(sys.stdin)
found = CrossAppConnection.objects.get(enterprise__slug="acme", resource_app__app__name="Todo0")
found.scope_condition, found.scopes = "any", []
found.save()
found.groups.set(found.enterprise.groups.filter(slug__in=asked))
print("{}")
"""
COUNT_CLICKS = """addEventListener("pointerdown", () => {
    sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks")) + 1);
}, true)"""
CLICKS = "Number(sessionStorage.getItem('clicks'))"
NARROWED = "Acme limited this to read-only"


@pytest.fixture
def _open_to_both(demo: Demo) -> Iterator[None]:
    """Agent0 may do all at Todo0, for Sales and for Engineering: for Alice and for Bob."""
    ask_operator(demo, "idp_mock", SET_TERMS, given=["sales", "engineering"])
    yield
    ask_operator(demo, "idp_mock", SET_TERMS, given=["sales"])


@pytest.fixture
def at_agent0(demo: Demo, new_person: NewPerson, _open_to_both: None) -> dict[str, Page]:
    """Alice and Bob, each with Agent0, which has just written at Todo0 for them."""
    pages = {}
    for person in (ALICE, BOB):
        pages[person.key] = page = new_person().new_page()
        start_at_the_launchpad(page, demo, person)
        expect_badge(ask(page, 'Add "Before"'), "done")
    return pages


@pytest.fixture
def carol(demo: Demo, new_person: NewPerson) -> Page:
    """Whose clicks are counted."""
    page = new_person().new_page()
    page.add_init_script(COUNT_CLICKS)
    return page


def expect_the_next_exchange_to_follow(at_agent0: dict[str, Page]) -> None:
    """The first thing that each asks for, and the next."""
    alice, bob = at_agent0[ALICE.key], at_agent0[BOB.key]
    expect_badge(ask(alice, 'Add "After"'), NARROWED)
    expect_badge(ask(bob, "Show my todos"), "Blocked by Acme")
    expect_badge(ask(alice, "Show my todos"), "done")
    expect_badge(ask(bob, 'Add "After"'), "Blocked by Acme")


def read_decision(carol: Page, person: str, **which: str) -> tuple[str, str]:
    """The newest decision about somebody that is there: its row, and what it unfolds to, as she reads them."""
    row = carol.locator("tbody tr", has_text=f"{person}: Agent0 asked to act at Todo0").filter(**which).first
    more = row.locator("xpath=following-sibling::tr[1]")
    more.locator("summary").first.click()
    return " ".join(row.inner_text().split()), " ".join(more.inner_text().split())


def expect_the_log_to_explain_both(carol: Page) -> None:
    carol.get_by_role("link", name="System log").click()
    expect(carol.get_by_role("heading", name="System log")).to_be_visible()
    changes = carol.locator("tbody tr", has_text=f"{CAROL.name}: changed Agent0 at Todo0")
    assert "Groups: Engineering, Sales → Sales" in changes.nth(0).inner_text()
    assert "Scope condition: any → only; Scopes chosen: none → todos.read" in changes.nth(1).inner_text()

    row, checks = read_decision(carol, BOB.name)
    assert "denied" in row
    assert "I10 The connection is not for any group this person is in. access_denied" in row
    assert "I9 connection managed passed" in checks
    row, checks = read_decision(carol, ALICE.name, has_text="narrowed")
    assert "allowed" in row
    assert "asked todos.read todos.write granted todos.read" in row
    assert "I12 scopes after policy narrowed Not granted: todos.write" in checks


def test_four_clicks_let_it_read_for_sales_alone_and_the_next_exchange_follows(
    demo: Demo, at_agent0: dict[str, Page], carol: Page
) -> None:
    running = find_descendants(demo.process.pid)
    open_console(carol, demo)
    carol.evaluate("sessionStorage.clear()")  # she is signed in, on her front page
    carol.get_by_role("link", name="Agent0 at Todo0", exact=True).first.click()
    carol.get_by_role("button", name="Reading only").click()
    expect(carol.get_by_role("status").filter(has_text="for reading only")).to_be_visible()
    carol.get_by_label("Engineering").uncheck()
    carol.get_by_role("button", name="Save terms").click()
    expect(carol.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert carol.evaluate(CLICKS) == 4

    expect_the_next_exchange_to_follow(at_agent0)
    expect_the_log_to_explain_both(carol)
    assert set(running) <= set(find_descendants(demo.process.pid)), "the same processes, all along"


def test_the_keyboard_alone_does_the_same_and_no_page_on_the_way_breaks_a_rule_of_wcag(
    demo: Demo, at_agent0: dict[str, Page], carol: Page
) -> None:
    carol.goto(f"{demo.url('idp')}/acme/admin/")
    expect_no_violation(carol)
    tab_to(carol, CAROL.name)
    carol.keyboard.press("Enter")
    expect(carol.get_by_role("heading", level=1)).to_be_visible()
    tab_to(carol, "Policy")
    carol.keyboard.press("Enter")
    expect(carol.get_by_role("grid")).to_be_visible()
    expect_no_violation(carol)
    tab_into(carol)
    assert press(carol, "Enter", "ArrowLeft") == [1, 1, "Reading only"]
    expect_no_violation(carol)
    carol.keyboard.press("Enter")
    expect(carol.get_by_role("status").filter(has_text="for reading only")).to_be_visible()
    assert carol.evaluate(WHERE) == [1, 1, ""], "in the cell that she was in"
    press(carol, "Enter", "ArrowRight")
    expect_no_violation(carol)
    carol.keyboard.press("Enter")
    expect(carol.get_by_role("heading", name="Agent0 at Todo0", level=1)).to_be_visible()
    tab_to(carol, "Engineering")
    carol.keyboard.press("Space")
    expect(carol.get_by_label("Engineering")).not_to_be_checked()
    tab_to(carol, "Save terms")
    carol.keyboard.press("Enter")
    expect(carol.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect_no_violation(carol)
    assert carol.evaluate(CLICKS) == 0
    expect_the_next_exchange_to_follow(at_agent0)


def expect_no_violation(page: Page) -> None:
    """As the page is at this moment, with the focus where it is."""
    page.evaluate(AXE_SCRIPT)
    options = {"runOnly": LEVELS, "resultTypes": ["violations"]}
    assert page.evaluate("options => axe.run(options)", options)["violations"] == []

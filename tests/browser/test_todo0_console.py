"""Todo0's console in a real browser: its administrator signs in, every page fits, and a sign-in is tried."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_pages import UNLABELLED, WIDER_THAN_ITS_WINDOW
from tests.browser.walk import continue_as
from tests.cast import ALICE, TOVE
from tests.flow.demo import Demo

FORGED = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V2aWwwLmV4YW1wbGUifQ.c2lnbmF0dXJl"
NewPerson = Callable[..., BrowserContext]


def open_console(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url('todo0')}/admin/")
    continue_as(page, TOVE)
    expect(page.get_by_role("heading", name="Todo0 admin", level=1)).to_be_visible()


def visit_console(page: Page, demo: Demo) -> Iterator[str]:
    """Each page of the console in a state worth seeing, by name."""
    todo0, idp = demo.url("todo0"), demo.url("idp")
    open_console(page, demo)
    yield "home"
    page.goto(f"{todo0}/admin/connections?issuer={idp}/globex/")
    yield "connections-differ"
    page.goto(f"{todo0}/admin/connections?issuer={idp}/globex")
    yield "connections-found"
    page.goto(f"{todo0}/admin/clients")
    yield "clients"
    page.get_by_role("link", name="Agent0", exact=True).last.click()
    page.get_by_role("group", name="Allowed scopes").get_by_label("todos.write").uncheck()
    page.get_by_role("button", name="Save terms").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Restored: ")).to_be_visible()
    yield "client"
    page.goto(f"{todo0}/admin/clients")
    page.get_by_role("link", name="Evil0", exact=True).click()
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_text("This is the only time it is shown")).to_be_visible()
    yield "secret"
    page.goto(f"{todo0}/admin/assertions/bench")
    page.get_by_label("Assertion").fill(FORGED)
    page.get_by_role("button", name="Run the checks").click()
    expect(page.get_by_role("heading", name="refused by R4")).to_be_visible()
    yield "bench"
    yield from visit_apis(page, todo0)
    page.goto(f"{todo0}/admin/server?preset=strict")
    yield "server"
    page.goto(f"{todo0}/admin/assertions")
    yield "assertions"
    page.goto(f"{todo0}/admin/connections")
    page.get_by_role("link", name="Acme", exact=True).last.click()
    page.get_by_label("Longest ID-JAG, in seconds").fill("300")
    page.get_by_role("button", name="Save terms").click()
    expect(page.get_by_text("Saved. The terms count")).to_be_visible()
    yield "connection"
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Restored: ")).to_be_visible()
    page.get_by_role("link", name="Try a sign-in").click()
    continue_as(page, ALICE)
    expect(page.get_by_role("heading", name="The sign-in works", level=1)).to_be_visible()
    yield "trial"
    page.get_by_role("link", name="Back to the connection").click()
    page.get_by_role("link", name="Organizations", exact=True).click()
    yield "organizations"
    page.get_by_role("rowheader", name="Acme").get_by_role("link").click()
    yield "organization"


def visit_apis(page: Page, todo0: str) -> Iterator[str]:
    page.goto(f"{todo0}/admin/apis")
    yield "apis"
    page.get_by_role("link", name="Todo0 MCP server", exact=True).click()
    page.get_by_label("Access tokens live, in seconds").fill("120")
    page.get_by_role("button", name="Save terms").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Restored: ")).to_be_visible()
    yield "api"


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (1280, "dark"), (320, "light")],
    ids=["light", "dark", "320 pixels"],
)
def test_every_page_of_todo0s_console_fits_and_is_marked_up(
    demo: Demo, new_person: NewPerson, width: int, scheme: str
) -> None:
    page = new_person(viewport={"width": width, "height": 720}, color_scheme=scheme).new_page()
    for name in visit_console(page, demo):
        assert page.evaluate(WIDER_THAN_ITS_WINDOW) <= 0, f"{name} scrolls sideways at {width} pixels"
        assert page.locator("h1").count() == 1, name
        assert page.evaluate(UNLABELLED) == 0, name


def test_a_trial_signs_nobody_in_and_makes_no_account(demo: Demo, new_person: NewPerson) -> None:
    page = new_person(java_script_enabled=False).new_page()
    for name in visit_console(page, demo):
        if name == "trial":
            expect(page.locator("dl")).to_contain_text(ALICE.sub)
            expect(page.locator("dl")).to_contain_text(re.compile(r"email_verified\s*true"))
    page.goto(f"{demo.url('todo0')}/admin/")
    expect(page.get_by_role("heading", name="Todo0 admin", level=1)).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text(re.compile(TOVE.name))

"""Globex is connected by two administrators with browsers, and then two Alices work side by side."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.walk import ask, continue_as, expect_badge
from tests.cast import ALICE, GLOBEX_ALICE, TOVE, Person
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import name_at_agent0

NewPerson = Callable[..., BrowserContext]


@pytest.fixture
def apart(browser: Browser) -> Iterator[Demo]:
    """A demo of its own, since what is connected stays connected."""
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        yield demo


def make_secret(page: Page, demo: Demo) -> str:
    page.goto(f"{demo.facts['idp']['enterprises']['globex']['issuer']}/admin/apps")
    continue_as(page, GLOBEX_ALICE)
    page.locator("main").get_by_role("link", name="Todo0", exact=True).click()
    page.get_by_role("link", name="Sign-on").click()
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_role("heading", name="Todo0", level=1)).to_be_visible()  # the box is not ticked
    page.get_by_label("Whoever runs Todo0 waits for it").check()
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_text("This is the only time it is shown")).to_be_visible()
    return page.locator("dt:text-is('Secret') + dd").inner_text()


def connect(page: Page, demo: Demo, secret: str) -> None:
    page.goto(f"{demo.url('todo0')}/admin/connections")
    continue_as(page, TOVE)
    issuer = demo.facts["idp"]["enterprises"]["globex"]["issuer"]
    page.get_by_label("Issuer or discovery URL of the IdP").fill(issuer)
    page.get_by_role("button", name="Look it up").click()
    for label, value in (
        ("Name of the enterprise", "Globex"),
        ("Short name", "globex"),
        ("Our client id there", "todo0-at-globex"),
        ("Our client secret there", secret),
        ("E-mail domains", "globex.example"),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Add the connection, switched off").click()
    for name in ("Sign-in", "Cross App Access"):
        page.get_by_role("button", name=f"{name}: off").click()
        expect(page.get_by_role("button", name=f"{name}: on")).to_be_visible()


def sign_in_at_todo0(page: Page, demo: Demo, person: Person) -> None:
    """Acme's Alice is asked at her IdP; Globex's was there before, as its admin."""
    page.goto(demo.url("todo0"))
    page.get_by_label("Work e-mail").fill(person.email)
    page.get_by_role("button", name="Continue").click()
    if person is ALICE:
        continue_as(page, person)
    expect(page.get_by_role("heading", name="Your todos")).to_be_visible()


def sign_in_at_agent0(page: Page, demo: Demo, person: Person) -> None:
    page.goto(demo.url("agent0"))
    page.get_by_role("link", name=f"Continue as {name_at_agent0(person)}").click()
    expect(page).to_have_url(re.compile("/chat"))


def test_two_administrators_connect_globex_and_two_alices_work_side_by_side(
    apart: Demo, new_person: NewPerson
) -> None:
    """Acme's Alice has JavaScript in her browser; the two administrators have none."""
    alice = new_person().new_page()
    other, tove = (new_person(java_script_enabled=False).new_page() for _ in range(2))
    connect(tove, apart, make_secret(other, apart))
    for page, person, enterprise in ((alice, ALICE, "Acme"), (other, GLOBEX_ALICE, "Globex")):
        sign_in_at_todo0(page, apart, person)
        sign_in_at_agent0(page, apart, person)
        expect_badge(ask(page, f'Add "For {enterprise} alone"'), "done")
        expect(page.get_by_text(f"Managed by {enterprise}")).to_be_visible()
    for page, mine, others in ((alice, "Acme", "Globex"), (other, "Globex", "Acme")):
        for address in (f"{apart.url('todo0')}/todos", f"{apart.url('agent0')}/activity"):
            page.goto(address)
            expect(page.locator("body")).to_contain_text(f"For {mine} alone")
            expect(page.locator("body")).not_to_contain_text(others)

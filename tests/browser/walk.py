"""The ways through the demo that people click: to Agent0's chat, to Todo0's list, to Acme's policy."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.cast import ALICE, CAROL, Person
from tests.flow.demo import Demo

PATIENCE = 30_000  # milliseconds


def start_at_the_launchpad(page: Page, demo: Demo, person: Person = ALICE) -> None:
    """By hand from the launchpad: Agent0, the person's button there, and again at Acme; then the chat."""
    page.goto(demo.url("stage"))
    page.get_by_role("link", name="open Agent0", exact=True).click()
    page.get_by_role("link", name=f"Continue as {person.name.split()[0]}").click()
    continue_as(page, person)
    expect(page).to_have_url(re.compile(r"/chat"))


def continue_as(page: Page, person: Person) -> None:
    """The persona picker of the IdP's sign-in page."""
    page.get_by_role("button", name=person.name).click()


def ask(page: Page, words: str) -> Locator:
    """Type into the chat, press Send, and give back the tool card that answers."""
    page.get_by_label("Your words").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message--person").last).to_contain_text(words)
    return page.locator(".tool-card").last


def expect_badge(card: Locator, words: str) -> None:
    expect(card.locator("summary .badge")).to_have_text(words, timeout=PATIENCE)


def open_todo0(page: Page, demo: Demo) -> None:
    """Todo0's list. The person is signed in at Acme already, so there is nothing to type."""
    page.goto(demo.url("todo0"))
    page.get_by_role("link", name=re.compile("Sign in with Acme")).click()
    expect(page.get_by_role("heading", name="Your todos")).to_be_visible()


def open_policy(page: Page, demo: Demo) -> None:
    """Acme's admin pages as Carol."""
    page.goto(f"{demo.url('idp')}/acme/admin/policy")
    if page.locator("[name=persona]").count():
        continue_as(page, CAROL)
    expect(page.locator("table.matrix")).to_be_visible()


def switch_connection(page: Page, demo: Demo, *, on: bool) -> None:
    open_policy(page, demo)
    page.get_by_role("button", name=re.compile(f"Agent0 at Todo0: {'Off' if on else 'On'}")).click()
    expect(page.get_by_role("status").filter(has_text="Agent0 at Todo0 is")).to_be_visible()

"""The story in a browser at 1280x720: sign-in, todo, badge, switch-off, refusal; with JavaScript and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.walk import ask, expect_badge, open_todo0, start_at_the_launchpad, switch_connection
from tests.flow.demo import Demo

NewPerson = Callable[..., BrowserContext]


@pytest.mark.parametrize("with_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_alice_asks_agent0_acts_carol_decides(demo: Demo, new_person: NewPerson, with_script: bool) -> None:
    alice = new_person(java_script_enabled=with_script).new_page()
    carol = new_person(java_script_enabled=with_script).new_page()
    title = f"Book venue {'with' if with_script else 'without'} a script"

    start_at_the_launchpad(alice, demo)
    card = ask(alice, f'Add "{title}"')
    expect_badge(card, "done")
    expect(card).to_contain_text("todos.read todos.write")
    expect(alice.locator(".chip--id-jag").last).to_have_text(re.compile(r"^JAG-[0-9a-f]{4}$"))
    expect(alice.get_by_text("Managed by Acme")).to_be_visible()

    todo0 = alice.context.new_page()
    open_todo0(todo0, demo)
    row = todo0.locator(".todo", has_text=title)
    expect(row.locator(".provenance")).to_contain_text("Agent0")
    expect(row.locator(".provenance")).to_contain_text("for you")

    switch_connection(carol, demo, on=False)
    card = ask(alice, f'Add "{title}, too"')
    expect_badge(card, "Blocked by Acme")
    card.get_by_role("link", name=re.compile("^Details")).click()
    expect(alice.get_by_role("heading", name="Blocked by Acme", level=1)).to_be_visible()
    expect(alice.get_by_text("Acme's access policy")).to_be_visible()
    expect(alice.get_by_label("Request for the admin")).to_have_value(re.compile("Agent0 to act for me at Todo0"))

    switch_connection(carol, demo, on=True)
    alice.get_by_role("link", name="Back to the chat").click()
    expect_badge(ask(alice, f'Add "{title}, too"'), "done")


def test_a_todo_that_agent0_adds_appears_in_an_open_list_by_itself(demo: Demo, new_person: NewPerson) -> None:
    context = new_person()
    chat, todo0 = context.new_page(), context.new_page()
    start_at_the_launchpad(chat, demo)
    open_todo0(todo0, demo)
    expect_badge(ask(chat, 'Add "Look, no reload"'), "done")
    expect(todo0.locator(".todo", has_text="Look, no reload")).to_be_visible(timeout=20_000)


def test_enter_sends_what_was_typed(demo: Demo, new_person: NewPerson) -> None:
    page = new_person().new_page()
    start_at_the_launchpad(page, demo)
    page.get_by_label("Your words").fill("Delete everything")
    page.get_by_label("Your words").press("Enter")
    card = page.locator(".tool-card").last
    expect_badge(card, "needs your permission")
    card.get_by_role("button", name="Cancel").click()
    expect_badge(page.locator(".tool-card").last, "Cancelled")

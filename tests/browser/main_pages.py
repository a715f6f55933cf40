"""The seven main pages, each in the state worth showing, one after the other in one browser context a person."""

import re
from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.walk import (
    ask,
    expect_badge,
    open_policy,
    open_todo0,
    start_at_the_launchpad,
    switch_connection,
)
from tests.flow.demo import Demo

TITLE = "Book venue for offsite"


def visit_main_pages(demo: Demo, alice: BrowserContext, carol: BrowserContext) -> Iterator[tuple[str, Page]]:
    """``name, page`` for each; afterwards the policy is as it was."""
    page, admin = alice.new_page(), carol.new_page()
    page.goto(demo.url("stage"))
    yield "launchpad", page
    page.goto(demo.url("agent0"))
    page.get_by_role("link", name=re.compile("Continue with Acme")).click()
    yield "idp-sign-in", page
    start_at_the_launchpad(page, demo)
    expect_badge(ask(page, f'Add "{TITLE}"'), "done")
    page.reload()
    yield "agent0-chat", page
    recorder = alice.new_page()
    recorder.goto(f"{demo.url('stage')}/recorder/latest")
    expect(recorder.get_by_role("link", name=re.compile(r"^13\. "))).to_be_attached()
    recorder.goto(f"{recorder.url.partition('?')[0]}?fold=4&hop=9")
    yield "recorder-trace", recorder
    todo0 = alice.new_page()
    open_todo0(todo0, demo)
    expect(todo0.locator(".todo", has_text=TITLE).last).to_be_visible()
    yield "todo0-list", todo0
    open_policy(admin, demo)
    yield "idp-policy", admin
    switch_connection(admin, demo, on=False)
    card = ask(page, 'Add "Print the agenda"')
    expect_badge(card, "Blocked by Acme")
    card.get_by_role("link", name=re.compile("^Details")).click()
    expect(page.get_by_role("heading", name="Blocked by Acme", level=1)).to_be_visible()
    yield "agent0-blocked", page
    switch_connection(admin, demo, on=True)

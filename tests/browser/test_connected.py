"""The user's page of apps that act for her: a token's time runs down before her eyes, and one press ends it."""

import re

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.test_pages import NewPerson
from tests.browser.test_second_factor import tab_to
from tests.browser.walk import ask, expect_badge, open_todo0, start_at_the_launchpad
from tests.flow.demo import Demo


def let_agent0_act(context: BrowserContext, demo: Demo) -> Page:
    """Then Agent0 holds a token of hers, and she is on the page that says so."""
    page = context.new_page()
    start_at_the_launchpad(page, demo)
    expect_badge(ask(page, 'Add "Watch the clock"'), "done")
    open_todo0(page, demo)
    page.get_by_role("link", name="Connected apps").click()
    expect(page.get_by_text("works now").first).to_be_visible()
    return page


def nearly_over(route: Route) -> None:
    """The page as it would be two seconds before the end."""
    answer = route.fetch()
    route.fulfill(response=answer, body=re.sub(r'data-seconds-left="\d+"', 'data-seconds-left="2"', answer.text()))


def test_the_time_of_a_token_runs_down_and_its_end_is_said_once(demo: Demo, new_person: NewPerson) -> None:
    page = let_agent0_act(new_person(), demo)
    left = page.locator("[data-token] strong").first
    expect(left).to_have_text(re.compile(r"^[0-5]:\d\d left$"))
    shown = left.inner_text()
    expect(left).not_to_have_text(shown)
    page.route("**/settings/connected", nearly_over)
    page.reload()
    expect(page.locator("[data-status]")).to_have_text("An access token of Agent0 has expired. It has none now.")
    expect(page.locator("[data-works]:visible")).to_have_count(0)
    expect(page.locator("[data-expired]:visible").first).to_contain_text("expired")


def test_without_a_script_the_time_is_said_in_words(demo: Demo, new_person: NewPerson) -> None:
    page = let_agent0_act(new_person(), demo)
    plain = new_person(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    page = plain.new_page()
    page.goto(f"{demo.url('todo0')}/settings/connected")
    expect(page.locator("[data-token]").first).to_contain_text(
        re.compile(r"until \d\d:\d\d:\d\d UTC, \d\sminutes? left")
    )


def test_who_wants_less_motion_gets_a_new_number_less_often(demo: Demo, new_person: NewPerson) -> None:
    page = let_agent0_act(new_person(reduced_motion="reduce"), demo)
    left = page.locator("[data-token] strong").first
    expect(left).to_have_text(re.compile(r"^[0-5]:\d\d left$"))
    shown = left.inner_text()
    page.wait_for_timeout(3000)
    assert left.inner_text() == shown


def test_revoking_is_one_press_of_a_key(demo: Demo, new_person: NewPerson) -> None:
    page = let_agent0_act(new_person(), demo)
    tab_to(page, "Revoke now what Agent0 holds")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Revoked")).to_contain_text("of Agent0.")
    expect(page.get_by_text("No access token works now.")).to_be_visible()

"""The recorder in a browser, beside a real flow: hops appear as they happen, are replayed, and need no mouse."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.rare_states import command_stage
from tests.browser.test_pages import UNLABELLED, WIDER_THAN_ITS_WINDOW
from tests.browser.walk import ask, expect_badge, start_at_the_launchpad
from tests.flow.demo import Demo, wait_for

NewPerson = Callable[..., BrowserContext]
NOBODY = "Nobody waits"
SHOWN = """() => [
  (document.querySelector("#gate .first-line") ?? document.querySelector("#hop")).innerText,
  document.querySelector("#gate").innerText.includes("That was the last call of this flow"),
]"""
"""What the gate's page shows at one moment: the call that waits, or its heading; and whether the flow is over."""
SOON = 3.0
"""Seconds between a hop and its arrow. About half of one is usual; CI's machines are busy."""


def run_a_flow(page: Page, demo: Demo, words: str) -> None:
    start_at_the_launchpad(page, demo)
    expect_badge(ask(page, words), "done")


def open_latest(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url('stage')}/recorder/latest")
    expect(page.locator(".hop")).not_to_have_count(0)


def test_hops_appear_while_they_happen_and_the_next_flow_is_followed(demo: Demo, new_person: NewPerson) -> None:
    watcher, alice = new_person().new_page(), new_person().new_page()
    watcher.goto(f"{demo.url('stage')}/recorder/live")
    alice.goto(demo.url("agent0"))
    alice.get_by_role("link", name="Continue as Alice").click()
    called_at = time.monotonic()
    expect(watcher.locator(".hop").first).to_be_attached()
    assert time.monotonic() - called_at < SOON
    alice.get_by_role("button", name="Alice Anders").click()
    expect_badge(ask(alice, 'Add "Seen as it happens"'), "done")
    expect(watcher.get_by_role("heading", level=1)).to_have_text('Add "Seen as it happens"')
    expect(watcher.locator("#trace-status")).to_have_text(re.compile(r"Hop 13 of 13 passed\."))
    expect(watcher.locator(".said")).to_contain_text("Alice Anders asks Agent0")


def test_a_hop_is_reached_and_left_by_keys_alone(demo: Demo, new_person: NewPerson) -> None:
    page = new_person().new_page()
    run_a_flow(page, demo, "What is due today?")
    open_latest(page, demo)
    page.get_by_role("link", name=re.compile(r"^9\. Agent0 to")).focus()
    page.keyboard.press("Enter")
    heading = page.locator("#hop")
    expect(heading).to_contain_text("Token exchange")
    expect(heading).to_be_focused()
    page.keyboard.press("Space")
    expect(heading).to_contain_text("ID-JAG back")
    page.keyboard.press("Shift+Space")
    expect(heading).to_contain_text("Token exchange")
    page.keyboard.press("1")
    expect(heading).to_contain_text("Open Agent0")
    page.keyboard.press("4")
    expect(heading).to_contain_text("API call")
    page.keyboard.press("Home")
    expect(heading).to_contain_text("Open Agent0")
    page.keyboard.press("End")
    expect(heading).to_contain_text("API call")


def test_keys_do_nothing_where_nobody_asked_for_them(demo: Demo, new_person: NewPerson) -> None:
    page = new_person().new_page()
    run_a_flow(page, demo, "What is due today?")
    open_latest(page, demo)
    before = page.url
    for pressed in ("4", "Space", "Home", "End"):
        page.locator("body").press(pressed)
    expect(page.locator("#hop")).to_be_visible()
    assert page.url == before


def test_keys_that_are_switched_off_do_nothing_on_the_stage_either(demo: Demo, new_person: NewPerson) -> None:
    person = new_person()
    page = person.new_page()
    run_a_flow(page, demo, "What is due today?")
    page.goto(f"{demo.url('stage')}/recorder/latest?stage=1")
    page.locator("body").press("4")
    expect(page.locator("#hop")).to_contain_text("API call")
    page.goto(f"{demo.url('stage')}/settings")
    page.get_by_label("Off Letters do nothing").check()
    page.get_by_role("button", name="Save").click()
    open_latest(page, demo)
    before = page.url
    for pressed in ("4", "Space", "."):
        page.locator("#hop").press(pressed)
    assert page.url == before
    expect(page.locator(".trace--spotlight")).to_have_count(0)


@pytest.fixture
def _the_gate_is_open_again(demo: Demo) -> Iterator[None]:
    yield
    command_stage(demo, "release", {})


@pytest.mark.usefixtures("_the_gate_is_open_again")
def test_the_presenter_lets_one_call_after_another_go_by_the_space_bar(demo: Demo, new_person: NewPerson) -> None:
    alice, gate = new_person().new_page(), new_person().new_page()
    start_at_the_launchpad(alice, demo)
    gate.goto(f"{demo.url('stage')}/recorder/gate?stage=1")
    gate.get_by_role("button", name="Close the gate").click()
    expect(gate.get_by_role("heading", name=NOBODY)).to_be_visible()
    card = ask(alice, 'Add "Let through"')
    seen = [""]

    def look() -> str:
        now, is_over = gate.evaluate(SHOWN)
        is_news = now not in (seen[-1], "Going on") and (now != NOBODY or is_over)  # evidence comes behind
        return now if is_news else ""

    while seen[-1] != NOBODY:
        seen.append(wait_for(look, f"nothing comes after {seen}"))
        with gate.expect_navigation():
            gate.keyboard.press("Space")
    tokens = [demo.facts[party]["token_endpoint"] for party in ("idp", "todo0")]
    assert [call for call in seen if call.removeprefix("POST ") in tokens] == [f"POST {url}" for url in tokens]
    assert re.fullmatch(r"POST .*/api/todos", seen[-2])
    expect_badge(card, "done")
    expect(gate.get_by_text("That was the last call of this flow: all green.")).to_be_visible()
    alice.reload()
    alice.get_by_label("The gate").get_by_role("button", name="Open the gate").click()
    expect(alice.get_by_label("The gate")).to_have_count(0)
    expect(gate.get_by_text("The gate is open.")).to_be_visible()


def test_a_replay_goes_on_by_itself_and_stops_when_told(demo: Demo, new_person: NewPerson) -> None:
    page = new_person().new_page()
    run_a_flow(page, demo, "What is due today?")
    open_latest(page, demo)
    titles = [text.partition(": ")[2].partition(".")[0] for text in page.locator(".hop__text").all_inner_texts()]
    page.get_by_label("Speed of the replay").select_option("1000")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#hop")).to_contain_text(titles[1])
    expect(page.locator("#hop")).to_contain_text(titles[2])
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize("with_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_every_tab_of_a_hop_is_a_link(demo: Demo, new_person: NewPerson, with_script: bool) -> None:
    page = new_person(java_script_enabled=with_script).new_page()
    run_a_flow(page, demo, "What is due today?")
    page.goto(f"{demo.url('stage')}/recorder/")
    page.get_by_role("link", name="What is due today?").first.click()
    page.get_by_role("link", name=re.compile(r"^9\. Agent0 to")).click()
    for tab in ("Request", "Response", "Token", "Checks", "Code", "Wire / Server", "Story"):
        page.get_by_label("Views of this hop").get_by_role("link", name=tab, exact=True).click()
        current = page.get_by_label("Views of this hop").locator("[aria-current]")
        expect(current).to_have_text(tab)
    page.get_by_role("link", name=re.compile("^Next")).click()
    expect(page.locator("#hop")).to_contain_text("ID-JAG back")
    for name, title in (("First", "Open Agent0"), ("Last", "API call")):
        page.get_by_label("Replay").get_by_role("link", name=name).click()
        expect(page.locator("#hop")).to_contain_text(title)


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")], ids=["light", "dark", "320 pixels"]
)
def test_the_trace_page_fits_and_at_1280_by_720_the_whole_diagram_is_in_view(
    demo: Demo, new_person: NewPerson, width: int, scheme: str
) -> None:
    page = new_person(viewport={"width": width, "height": 720}, color_scheme=scheme).new_page()
    run_a_flow(page, demo, "What is due today?")
    open_latest(page, demo)
    assert page.evaluate(WIDER_THAN_ITS_WINDOW) <= 0
    assert (page.locator("h1").count(), page.evaluate(UNLABELLED)) == (1, 0)
    last = page.locator(".hop").last.bounding_box()
    assert width < 1280 or last["y"] + last["height"] <= 720

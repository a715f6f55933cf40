"""The walk through Break it: nothing armed, one armed, nothing found, a fault, and what came of it.

Deliberately does not: run a flow. What is shown was recorded once, and is laid down by the operator.
"""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.browser.every_page_of_the_recorder import deny
from tests.browser.rare_states import put_flight, record, sweep_records
from tests.flow.demo import Demo
from tests.flow.lab import ask_operator
from tests.stage.evidence import ACT, load

ANSWER = """
import json, sys
from todo0.federation.models import Tenant
Tenant.objects.update(answers=json.load(sys.stdin))
print("{}")
"""


def visit_break_it(demo: Demo, page: Page) -> Iterator[tuple[str, Page]]:
    every = f"{demo.url('stage')}/break"
    page.goto(every)
    expect(page.get_by_text("Nothing is armed.")).to_be_visible()
    yield "break it", page
    page.goto(f"{every}?q=no+such+thing")
    expect(page.get_by_text("No fault says")).to_be_visible()
    yield "break it, nothing found", page
    page.goto(f"{every}/F03")
    yield "break it, a fault", page
    page.goto(every)
    page.get_by_role("switch", name="Trailing slash in the audience").click()
    expect(page.get_by_text("Armed: 1")).to_be_visible()
    yield "break it, armed", page
    page.get_by_role("button", name="Keep it armed").click()
    expect(page.get_by_text("until it is cleared").first).to_be_visible()
    yield "break it, kept", page
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_text("Nothing is armed.")).to_be_visible()
    sweep_records(demo)
    lost = put_flight(demo, state="lost", note="A party did not answer. The launchpad shows which.")
    page.goto(f"{every}/F03?run={lost.rsplit('/', 1)[-1]}")
    expect(page.get_by_text("It did not come to that")).to_be_visible()
    yield "break it, no run", page
    record(demo, deny(load("rest")))
    landed = put_flight(demo, state="landed", badge="Denied by Todo0", trace_id=ACT)
    page.goto(f"{every}/F03?run={landed.rsplit('/', 1)[-1]}&said=0")
    expect(page.locator("[data-check]")).to_have_text("R7")
    yield "break it, what happened", page
    page.goto(f"{every}/F01?run={landed.rsplit('/', 1)[-1]}")
    expect(page.get_by_text("By the rules of now another answer is announced")).to_be_visible()
    yield "break it, another answer than announced", page
    sweep_records(demo)
    ask_operator(demo, "todo0", ANSWER, given="auth0")
    try:
        page.goto(every)
        expect(page.get_by_text("Todo0 answers as Auth0 documents").first).to_be_visible()
        yield "break it, by other rules of Todo0's", page
        page.goto(f"{every}/F11")
        yield "break it, a fault by other rules of Todo0's", page
    finally:
        ask_operator(demo, "todo0", ANSWER, given="rfc")

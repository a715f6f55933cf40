"""``manage.py bench --faults``: from a fault's switch to the check that objected, in a browser, by two clicks.

Each round arms a fault for one flow and runs it, as on the page of all faults (``/break``). The clock begins
before the first click and ends when the number of the check is on the screen.

Deliberately does not: try every fault. Which check each of them trips is a test's business.
"""

import statistics
import sys
import time

from playwright.sync_api import Page, expect

from benchmarks.figures import p95
from stage.kit.registry.faults import load_faults
from tests.browser.chromium import running_chromium
from tests.browser.inputs import count_inputs
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo

ROUNDS = 20
FAULTS = ("F01", "F03", "F07", "F10")
PATIENCE = 30_000


def main(rounds: int = ROUNDS) -> None:
    taken: list[float] = []
    with (
        fresh_folder() as folder,
        running_demo(folder, **on_embedded_parts()) as demo,
        running_chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        done = count_inputs(page)
        for number in range(rounds + 1):
            done.clear()
            seconds = trip(page, demo, FAULTS[number % len(FAULTS)])
            if done != ["click"] * 2:
                raise SystemExit(f"expected two clicks, found {done}")
            if number:  # the first round warms up
                taken.append(seconds)
            print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    print(
        f"\nto the red check, by two clicks: p50 {statistics.median(taken):.2f} s, p95 {p95(taken):.2f} s, ",
        end="",
    )
    print(f"at most {max(taken):.2f} s, of {rounds}")


def trip(page: Page, demo: Demo, number: str) -> float:
    fault = load_faults()[number]
    page.goto(f"{demo.url('stage')}/break")
    switch = page.get_by_role("switch", name=fault.label)
    run = page.get_by_role("button", name=f"Run it now: {fault.label}")
    switch.scroll_into_view_if_needed()
    began_at = time.perf_counter()
    switch.click()
    expect(page.get_by_text("Armed: 1")).to_be_visible(timeout=PATIENCE)
    run.click()
    expect(page.locator("[data-check]")).to_have_text(fault.trips, timeout=PATIENCE)
    return time.perf_counter() - began_at

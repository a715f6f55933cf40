"""*Break it* as a presenter uses it: a fault's button is pressed, and the page says what came of it."""

import re

from stage.autopilot.page import Page
from tests.flow.demo import Demo, wait_for
from tests.flow.stage_side import PARTIES, Stage
from tests.flow.visitor import Visitor


def run(presenter: Visitor, demo: Demo, number: str) -> Page:
    """Press *Run it now*, and look until there is something to see."""
    page = presenter.open(f"{demo.url('stage')}/break/{number}")
    page = presenter.submit(page, page.form(action=f"/break/{number}/run"))

    def look() -> Page | None:
        seen = presenter.open(page.url)
        return seen if "Under way" not in seen.text else None

    found: Page = wait_for(look, f"{number} came to nothing", patience=60)
    return found


def shown(page: Page, what: str) -> str:
    """``check`` or ``wire``: what a run came to."""
    found = re.search(rf"data-{what}>([^<]+)<", page.html)
    return found[1] if found else ""


def trace_of(html: str) -> str:
    [trace] = set(re.findall(r"/recorder/traces/([0-9a-f]{32})", html))
    return trace


def wait_until_cleared(stage: Stage) -> None:
    """At the stage first, and then everywhere."""

    def is_cleared() -> bool:
        held = [stage.ask("stage")["state"], *(stage.ask(party) for party in PARTIES)]
        return not any(one["faults"] for one in held)

    wait_for(is_cleared, "the one-shot is still armed", patience=30)

"""The 33 faults against the running demo, each by its own button: what objects first is what the registry says.

A run is a real one, by the person that the registry names, through the pages that everybody has. What it did is
read twice: from the page, which has it from the recorder, and from what the parties logged themselves.
"""

import re
from collections.abc import Iterator

import pytest

from stage.autopilot.page import Page
from stage.kit.registry.faults import Fault, load_faults
from tests.cast import ALICE
from tests.flow.demo import Demo, wait_for
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.stage_side import PARTIES, Stage
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

FAILED = re.compile(
    r"(?:xaa\.jwt_bearer|idp_mock\.token_exchange|todo0\.(?:api|mcp)\.checks) ([IRA]\d+) (\w+) failed"
)
NO_TOKEN_YET = ("A1", "check_presence")  # how the flow begins: Agent0 asks the API who guards it
ADD, DUE = 'Add "Book venue for offsite"', "What is due today?"


@pytest.fixture
def stage(wire: Wire) -> Iterator[Stage]:
    stage = Stage(wire)
    yield stage
    stage.command("clear")


@pytest.fixture
def presenter(wire: Wire) -> Visitor:
    """Whoever presses the buttons: signed in nowhere."""
    return wire.visitor()


@pytest.fixture(scope="module")
def alice_at_work(wire: Wire, demo: Demo) -> Visitor:
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    return visitor


def run(presenter: Visitor, demo: Demo, number: str) -> Page:
    """Press *Run it now*, and look until there is something to see."""
    page = presenter.open(f"{demo.url('stage')}/break/{number}")
    page = presenter.submit(page, page.form(action=f"/break/{number}/run"))

    def look() -> Page | None:
        seen = presenter.open(page.url)
        return seen if "Under way" not in seen.text else None

    return wait_for(look, f"{number} came to nothing", patience=60)


def shown(page: Page, what: str) -> str:
    found = re.search(rf"data-{what}>([^<]+)<", page.html)
    return found[1] if found else ""


def wait_until_cleared(stage: Stage) -> None:
    """At the stage first, and then everywhere."""

    def is_cleared() -> bool:
        held = [stage.ask("stage")["state"], *(stage.ask(party) for party in PARTIES)]
        return not any(one["faults"] for one in held)

    wait_for(is_cleared, "the one-shot is still armed", patience=30)


def first_failed(demo: Demo, since: int) -> str:
    found = (FAILED.search(line) for line in demo.lines[since:])
    return next((one[1] for one in found if one and one.groups() != NO_TOKEN_YET), "")


def wire_of(fault: Fault) -> str:
    return f"{fault.status} {fault.error}".strip() if fault.status else "no answer"


@pytest.mark.parametrize("fault", load_faults().values(), ids=lambda fault: fault.number)
def test_what_objects_first_is_what_the_registry_says_and_the_next_flow_is_green(
    demo: Demo, stage: Stage, presenter: Visitor, alice_at_work: Visitor, fault: Fault
) -> None:
    since = len(demo.lines)
    page = run(presenter, demo, fault.number)
    assert (shown(page, "check"), shown(page, "wire")) == (fault.trips, wire_of(fault)), page.text[:900]
    assert {"failed": "failed", "narrowed": "narrowed", "transport": "no check", "none": "all green"}[
        fault.outcome
    ] in page.text
    wait_until_cleared(stage)
    assert first_failed(demo, since) == (fault.trips if fault.outcome == "failed" else "")
    card = ask(alice_at_work, demo, fault.prompt)
    assert card.badge == "done", card.text
    assert not stage.ask("stage")["state"]["faults"]


def test_one_that_is_armed_by_hand_strikes_one_flow_of_anybodys(
    demo: Demo, stage: Stage, presenter: Visitor, alice_at_work: Visitor
) -> None:
    page = presenter.open(f"{demo.url('stage')}/break")
    page = presenter.submit(page, page.form(action="/break/F21/arm"))
    assert "Armed: 1" in page.text
    assert ask(alice_at_work, demo, DUE).badge == "Blocked by Acme"
    wait_until_cleared(stage)
    assert ask(alice_at_work, demo, DUE).badge == "done"


def test_one_that_is_kept_armed_strikes_until_it_is_cleared(
    demo: Demo, stage: Stage, presenter: Visitor, alice_at_work: Visitor
) -> None:
    stage.command("arm", id="F05", mode="sticky")
    assert [ask(alice_at_work, demo, DUE).badge for _ in range(2)] == ["Todo0 refused"] * 2
    page = presenter.open(f"{demo.url('stage')}/break")
    page = presenter.submit(page, page.form(action="/break/clear"))
    assert "Nothing is armed." in page.text
    assert ask(alice_at_work, demo, DUE).badge == "done"


def test_one_flow_at_a_time_is_struck_and_others_beside_it_are_not(
    demo: Demo, stage: Stage, alice_at_work: Visitor
) -> None:
    """Armed for a trace that is nobody's, it strikes nobody."""
    stage.command("arm", id="F03", trace="f" * 32)
    assert ask(alice_at_work, demo, DUE).badge == "done"
    stage.command("arm", id="F03")
    assert ask(alice_at_work, demo, DUE).badge == "Todo0 refused", "the good twin"


def test_no_token_and_no_secret_is_in_what_the_stage_keeps_of_a_theft(
    demo: Demo, wire: Wire, stage: Stage
) -> None:
    evil0 = wire.clients["evil0", "todo0"]
    page = run(wire.visitor(), demo, "F06")
    trace = re.search(r"/recorder/traces/([0-9a-f]{32})", page.html)
    assert trace
    shown_there = wire.visitor().open(f"{demo.url('stage')}/recorder/traces/{trace[1]}")
    assert "Evil0" in shown_there.text
    assert evil0.client_secret not in shown_there.html
    wait_until_cleared(stage)

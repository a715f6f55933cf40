"""The 33 faults against the running demo, each by its own button: what objects first is what the registry says.

A run is a real one, by the person that the registry names, through the pages that everybody has. What it did is
read twice: from the page, which has it from the recorder, and from what the parties logged themselves.
"""

import re
from collections.abc import Iterator

import pytest

from stage.kit.registry.faults import Fault, load_faults
from tests.cast import ALICE, BOB, DAN
from tests.flow.breaking import run, shown, trace_of, wait_until_cleared
from tests.flow.demo import Demo, wait_for
from tests.flow.first_odd import Odd, first_odd, wait_until_told
from tests.flow.people_at_work import Card, ask, find_rested, latest_card, say, sign_in_at_agent0
from tests.flow.stage_side import Stage
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

FAILED = re.compile(
    r"(?:xaa\.jwt_bearer|idp_mock\.token_exchange|todo0\.(?:api|mcp)\.checks) ([IRA]\d+) (\w+) failed"
)
NO_TOKEN_YET = ("A1", "check_presence")  # how the flow begins: Agent0 asks the API who guards it
SCREENS = {
    "F23": "Acme limited this to read-only",
    "F24": "Todo0 limited this to read-only",
    "F27": "Nothing is due today",
    "F29": "Acme is not answering",
    "F30": "Todo0 is not answering",
    "F31": "Nothing is due today",
}
"""What the person is told where no check is red."""
ADD, DUE = 'Add "Book venue for offsite"', "What is due today?"


def one_of_each_sort() -> list[Fault]:
    """The first of those that one party bends in one way with one outcome. By button it is all of them."""
    sorts = {(fault.place, fault.kind, fault.outcome): fault for fault in reversed(load_faults().values())}
    return list(sorts.values())[::-1]


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
def at_work(wire: Wire, demo: Demo) -> dict[str, Visitor]:
    """Those whom the registry names, signed in at Agent0 once and for all."""
    visitors = {person.key: wire.visitor() for person in (ALICE, BOB, DAN)}
    for person in (ALICE, BOB, DAN):
        sign_in_at_agent0(visitors[person.key], demo, person)
    return visitors


@pytest.fixture
def alice_at_work(at_work: dict[str, Visitor]) -> Visitor:
    return at_work["alice"]


def first_failed(demo: Demo, since: int) -> str:
    found = (FAILED.search(line) for line in demo.lines[since:])
    return next((one[1] for one in found if one and one.groups() != NO_TOKEN_YET), "")


def errors_since(demo: Demo, since: int) -> list[str]:
    """What somebody would be called out of bed for. A fault is deliberate, and refuses at most."""
    return [line for line in demo.lines[since:] if re.search(r" (ERROR|CRITICAL) |Traceback", line)]


def wire_of(fault: Fault) -> str:
    return f"{fault.status} {fault.error}".strip() if fault.status else "no answer"


@pytest.mark.once
@pytest.mark.parametrize("fault", load_faults().values(), ids=lambda fault: fault.number)
def test_what_objects_first_is_what_the_registry_says_and_the_next_flow_is_green(
    demo: Demo, stage: Stage, presenter: Visitor, alice_at_work: Visitor, fault: Fault
) -> None:
    """By its button, for one flow; the page, the trace and the logs agree, and nothing before it is red."""
    since = len(demo.lines)
    page = run(presenter, demo, fault.number)
    assert (shown(page, "check"), shown(page, "wire")) == (fault.trips, wire_of(fault)), page.text[:900]
    assert {"failed": "failed", "narrowed": "narrowed", "transport": "no check", "none": "all green"}[
        fault.outcome
    ] in page.text
    assert "By the rules of now another answer is announced" not in page.text
    wait_until_cleared(stage)
    assert first_failed(demo, since) == (fault.trips if fault.outcome == "failed" else "")
    check_trace(presenter, demo, trace_of(page.html), fault)
    card = ask(alice_at_work, demo, fault.prompt)
    assert card.badge == "done", card.text
    assert not stage.ask("stage")["state"]["faults"]
    check_trace(presenter, demo, trace_of(page.html), fault)  # once more, whatever came late
    assert errors_since(demo, since) == []


@pytest.mark.once
@pytest.mark.parametrize("fault", one_of_each_sort(), ids=lambda fault: fault.number)
def test_one_that_a_program_keeps_armed_does_the_same_until_it_is_cleared(
    demo: Demo, stage: Stage, presenter: Visitor, at_work: dict[str, Visitor], fault: Fault
) -> None:
    """By the stage's door, for every flow, and in the browser of somebody who has been signed in for long."""
    who, since = at_work[fault.person], len(demo.lines)
    stage.command("arm", id=fault.number, mode="sticky")
    say(who, demo, fault.prompt)
    card = wait_for(lambda: find_seen(who, demo, fault), f"{fault.number} came to nothing", patience=60)
    assert SCREENS.get(fault.number, card.badge) in card.text
    check_trace(presenter, demo, trace_of(card.html), fault)
    assert first_failed(demo, since) == (fault.trips if fault.outcome == "failed" else "")
    assert [one["id"] for one in stage.ask("stage")["state"]["faults"]] == [fault.number], "it stays armed"
    stage.command("clear")
    wait_for(lambda: find_rested(who, demo), "the run has not come to rest", patience=60)
    assert ask(at_work["alice"], demo, fault.prompt).badge == "done"
    check_trace(presenter, demo, trace_of(card.html), fault)  # once more, whatever came late
    assert errors_since(demo, since) == []


def find_seen(visitor: Visitor, demo: Demo, fault: Fault) -> Card | None:
    """The newest card, once it is at rest; or where nobody answers, once it says so, for Agent0 tries again."""
    card = latest_card(visitor, demo)
    has_said_so = fault.outcome == "transport" and card.badge == "will retry"
    return card if card.is_at_rest or has_said_so else None


def check_trace(visitor: Visitor, demo: Demo, trace: str, fault: Fault) -> None:
    """The very first thing that was odd, of all that was recorded, is what the registry says of this fault."""
    told = Odd(fault.outcome, fault.trips, fault.status, fault.error)
    exchanges = wait_until_told(visitor, demo, trace)
    assert first_odd(exchanges) == told, [(one["url"], one["checks"]) for one in exchanges]
    if fault.number in ("F27", "F28"):
        assert [one for one in exchanges if one["url"].endswith("/acme/keys")], "Todo0 fetches the keys anew"
    if fault.number == "F31":
        paths = [one["url"].partition("?")[0] for one in exchanges]
        begun = next(place for place, path in enumerate(paths) if path.endswith("/api"))
        agent0s = ("/api", "oauth-protected-resource/api", "/acme/token", "/oauth/token", "/api/todos")
        took = {
            p: one["milliseconds"]
            for p, one in zip(paths[begun:], exchanges[begun:], strict=True)
            if p.endswith(agent0s)
        }
        assert len(took) == len(agent0s)
        assert min(took.values()) >= 3000, took


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
    shown_there = wire.visitor().open(f"{demo.url('stage')}/recorder/traces/{trace_of(page.html)}")
    assert "Evil0" in shown_there.text
    assert evil0.client_secret not in shown_there.html
    wait_until_cleared(stage)

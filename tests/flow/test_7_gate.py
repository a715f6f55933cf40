"""The live gate: Agent0's worker waits before each call until somebody says *Next*; nothing expires meanwhile."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import ALICE
from tests.flow.demo import wait_for
from tests.flow.people_at_work import find_rested, find_todo, say, sign_in_at_agent0, sign_in_at_todo0
from tests.flow.stage_side import PARTIES, Stage
from tests.flow.wire import Wire


@pytest.fixture(autouse=True)
def _the_gate_is_open_again(stage: Stage) -> Iterator[None]:
    yield
    stage.command("release")


def find_waiting(stage: Stage) -> list[dict[str, Any]]:
    return list(stage.command("waiting")["waiting"])


def test_each_call_waits_for_its_turn_and_the_clock_with_it(another_world: Wire, stage: Stage) -> None:
    demo, alice = another_world.demo, another_world.visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    stage.command("hold", seconds=120)
    before = [stage.ask(party)["now"] for party in PARTIES]
    say(alice, demo, 'Add "Step by step"')
    gone = []
    for _ in range(12):
        if find_rested(alice, demo):
            break
        if wait_for(lambda: find_waiting(stage) or find_rested(alice, demo), "nobody waits at the gate"):
            passed = stage.command("next")["gone"]
            gone += [passed] if passed else []
    card = wait_for(lambda: find_rested(alice, demo), "the Run has not ended")
    assert card.badge == "done", card.text
    calls = [f"{one['method']} {one['url']}" for one in gone]
    assert any(call == f"POST {another_world.idp()['token_endpoint']}" for call in calls), calls
    assert any(call == f"POST {demo.facts['todo0']['token_endpoint']}" for call in calls), calls
    assert any("/todos" in call for call in calls), calls
    assert [stage.ask(party)["now"] for party in PARTIES] == before
    assert all("?" not in one["url"] for one in gone)
    exchanged = next(one["said"] for one in gone if one["url"] == another_world.idp()["token_endpoint"])
    assert "token-exchange" in exchanged["xaa.request.body"]
    assert "[signature]" in exchanged["xaa.request.body"], "of the ID token, which nobody may present again"


def test_next_says_that_somebody_is_there_and_the_gate_stays_closed(another_world: Wire, stage: Stage) -> None:
    demo, alice = another_world.demo, another_world.visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    stage.command("hold", seconds=6)
    say(alice, demo, 'Add "Talked over for long"')
    wait_for(lambda: find_waiting(stage), "nobody waits at the gate")
    stage.command("next")
    time.sleep(6)
    assert find_waiting(stage), "it opened, though somebody had said Next meanwhile"
    stage.command("release")
    assert wait_for(lambda: find_rested(alice, demo), "the Run has not ended").badge == "done"


def test_a_reset_opens_the_gate(another_world: Wire, stage: Stage) -> None:
    stage.command("hold", seconds=120)
    stage.command("reset")
    held = [stage.ask(party)["hold"] for party in PARTIES]
    assert held == [None, None, None]


def test_an_open_gate_lets_everybody_go_at_once(another_world: Wire, stage: Stage) -> None:
    demo, alice = another_world.demo, another_world.visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    stage.command("hold", seconds=120)
    say(alice, demo, 'Add "Let go"')
    wait_for(lambda: find_waiting(stage), "nobody waits at the gate")
    stage.command("release")
    assert wait_for(lambda: find_rested(alice, demo), "the Run has not ended").badge == "done"


def test_the_gate_opens_by_itself_when_its_time_is_up(another_world: Wire, stage: Stage) -> None:
    demo, alice = another_world.demo, another_world.visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    stage.command("hold", seconds=4)
    say(alice, demo, 'Add "Time is up"')
    assert wait_for(lambda: find_rested(alice, demo), "the Run has not ended").badge == "done"


def test_a_call_that_waits_through_a_reset_is_never_sent(another_world: Wire, stage: Stage) -> None:
    demo, alice = another_world.demo, another_world.visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    stage.command("hold", seconds=120)
    say(alice, demo, 'Add "Never sent"')
    wait_for(lambda: find_waiting(stage), "nobody waits at the gate")
    since = len(demo.lines)
    stage.command("reset")
    time.sleep(1.5)
    assert find_waiting(stage) == []
    assert not find_todo(sign_in_at_todo0(another_world.visitor(), demo, ALICE), "Never sent")
    assert [line for line in demo.lines[since:] if "ERROR" in line or "Traceback" in line] == []


def test_a_person_does_not_wait_at_the_gate(another_world: Wire, stage: Stage) -> None:
    stage.command("hold", seconds=60)
    sign_in_at_agent0(another_world.visitor(), another_world.demo, ALICE)
    assert find_waiting(stage) == []


def test_next_with_nobody_there_lets_nobody_go_later(stage: Stage) -> None:
    stage.command("hold", seconds=60)
    assert stage.command("next")["gone"] is None

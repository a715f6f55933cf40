"""The stage is no part of the flow: while it is down, or answers nothing, everything else goes on as ever."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo, free_ports, fresh_folder, on_embedded_parts, running_demo, wait_for
from tests.flow.doors import Door
from tests.flow.evidence import read_records
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

PARTIES = ("agent0", "idp_mock", "todo0", "worker")


@pytest.fixture(scope="module")
def behind_a_door() -> Iterator[tuple[Demo, Door]]:
    port, behind = free_ports(2)
    settings = {"STAGE_PORT": str(behind), "STAGE_URL": f"http://localhost:{port}"}
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(**settings)) as demo:
        door = Door(port=port, behind=behind)
        yield demo, door
        door.close()


def said_by(demo: Demo) -> list[str]:
    return [line.partition("|")[0].strip() for line in demo.lines if "does not take evidence" in line]


def act(demo: Demo, title: str) -> None:
    """The whole flow, which has to succeed."""
    wire = Wire(demo)
    visitor: Visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    assert ask(visitor, demo, f'Add "{title}"').badge == "done"
    assert wire.notes.broken == []


def test_a_stage_that_is_down_costs_the_evidence_and_nothing_else(behind_a_door: tuple[Demo, Door]) -> None:
    """... and when it is back, each process says how much it has lost."""
    demo, door = behind_a_door
    act(demo, "Nobody looks")
    wait_for(lambda: set(said_by(demo)) == set(PARTIES), f"not all of {PARTIES} have said that they are not heard")
    assert len(said_by(demo)) == len(PARTIES), "once is enough"
    assert read_records(demo) == []
    door.open()
    act(demo, "Somebody looks")
    wait_for(lambda: any(one.dropped for one in read_records(demo)), "no process says what it has lost")
    wait_for(
        lambda: {one.place for one in read_records(demo)} == {"agent0", "todo0", "idp"},
        "not all have told of the flow that somebody looks at",
    )


def test_a_stage_that_answers_nothing_slows_nobody(behind_a_door: tuple[Demo, Door]) -> None:
    demo, door = behind_a_door
    door.close()
    with socket.create_server(("127.0.0.1", door.port), backlog=64):
        since = time.monotonic()
        act(demo, "Somebody sleeps")
        assert time.monotonic() - since < 20


def test_nothing_of_it_looks_like_a_crash(behind_a_door: tuple[Demo, Door]) -> None:
    demo, _ = behind_a_door
    assert not [line for line in demo.lines if "Traceback" in line]

"""*+2 min* and *+6 min* are true for everybody: the world's clock moves for each party, worker, token and page."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from stage.autopilot.browser import TIMEOUT
from tests.cast import ALICE
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.stage_side import PARTIES, Stage
from tests.flow.wire import Client, Wire, error_of, read_jwt

MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


@pytest.fixture(autouse=True)
def _no_clock_stays_wrong(stage: Stage) -> Iterator[None]:
    yield
    stage.command("release")
    for place in PARTIES:
        stage.command("skew", place=place, seconds=0)


@pytest.fixture
def agent0(another_world: Wire) -> Client:
    return another_world.clients["agent0", "acme"]


@pytest.fixture
def there(another_world: Wire) -> Client:
    return another_world.clients["agent0", "todo0"]


@pytest.fixture
def alice(another_world: Wire, agent0: Client) -> dict[str, Any]:
    """Fresh, by the clock that the world has now."""
    return another_world.sign_in(agent0, ALICE)


def call_mcp(wire: Wire, token: str) -> requests.Response:
    url = wire.demo.facts["todo0"]["mcp"]["resource"]
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = MCP_HEADERS | {"Authorization": f"Bearer {token}"}
    return wire.http.post(url, json=message, headers=headers, timeout=TIMEOUT)


def test_every_party_says_the_same_time(stage: Stage) -> None:
    before = [stage.ask(party)["now"] for party in PARTIES]
    stage.command("jump", seconds=120)
    after = [stage.ask(party)["now"] for party in PARTIES]
    assert max(after) - min(after) < 5
    assert all(115 < late - early < 130 for early, late in zip(before, after, strict=True))


def test_what_is_issued_after_a_jump_is_of_the_new_time(
    another_world: Wire, stage: Stage, agent0: Client, there: Client, alice: dict[str, Any]
) -> None:
    late = stage.command("jump", seconds=120)["state"]["offset"]
    id_jag = another_world.id_jag(agent0, alice["id_token"])
    token = another_world.redeem(there, id_jag).json()["access_token"]
    for issued in (id_jag, token):
        assert abs(read_jwt(issued)[1]["iat"] - time.time() - late) < 20


def test_an_id_jag_dies_at_todo0_by_a_jump(
    another_world: Wire, stage: Stage, agent0: Client, there: Client, alice: dict[str, Any]
) -> None:
    id_jag = another_world.id_jag(agent0, alice["id_token"])
    assert another_world.redeem(there, another_world.id_jag(agent0, alice["id_token"])).status_code == 200
    stage.command("jump", seconds=360 + 60)  # five minutes, and the leeway
    assert error_of(another_world.redeem(there, id_jag)) == (400, "invalid_grant")


def test_an_access_token_dies_at_the_api_and_at_the_mcp_server_by_a_jump(
    another_world: Wire, stage: Stage, agent0: Client, there: Client, alice: dict[str, Any]
) -> None:
    mcp = another_world.demo.facts["todo0"]["mcp"]["resource"]
    for_api, for_mcp = (
        another_world.redeem(there, another_world.id_jag(agent0, alice["id_token"], **asked)).json()[
            "access_token"
        ]
        for asked in ({}, {"resource": mcp})
    )
    assert another_world.call("GET", "/todos", for_api).status_code == 200
    assert call_mcp(another_world, for_mcp).status_code == 200
    stage.command("jump", seconds=360)
    assert error_of(another_world.call("GET", "/todos", for_api)) == (401, "invalid_token")
    assert error_of(call_mcp(another_world, for_mcp)) == (401, "invalid_token")


def test_an_id_token_dies_at_acme_by_two_jumps(
    another_world: Wire, stage: Stage, agent0: Client, alice: dict[str, Any]
) -> None:
    assert another_world.exchange(agent0, alice["id_token"]).status_code == 200
    stage.command("jump", seconds=360)
    stage.command("jump", seconds=360)
    assert error_of(another_world.exchange(agent0, alice["id_token"])) == (400, "invalid_grant")


def test_agent0s_worker_goes_by_the_worlds_clock_too(another_world: Wire, stage: Stage) -> None:
    """Her ID Token has expired: the worker sees it, and presents the refresh token in its place."""
    demo, visitor = another_world.demo, another_world.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    card = ask(visitor, demo, 'Add "Before the jump"')
    assert card.badge == "done", card.text
    assert "ID-" in card.text
    stage.command("jump", seconds=720)
    card = ask(visitor, demo, 'Add "After the jump"')
    assert card.badge == "done", card.text
    assert "RT-" in card.text


def test_a_held_clock_keeps_a_token_alive_and_goes_on_when_it_is_let_go(
    another_world: Wire, stage: Stage, agent0: Client, there: Client, alice: dict[str, Any]
) -> None:
    stage.command("hold", seconds=60)
    before = [stage.ask(party)["now"] for party in PARTIES]
    time.sleep(1.2)
    assert [stage.ask(party)["now"] for party in PARTIES] == before
    answer = another_world.redeem(there, another_world.id_jag(agent0, alice["id_token"]))
    assert answer.status_code == 200, answer.text
    stage.command("release")
    after = stage.ask("todo0")["now"]
    time.sleep(0.3)
    assert 0.2 < stage.ask("todo0")["now"] - after < 10


def test_one_partys_own_clock_goes_wrong_alone(
    another_world: Wire, stage: Stage, agent0: Client, there: Client
) -> None:
    """Ten minutes ahead, Acme issues what Todo0 takes for a message from the future."""
    stage.command("skew", place="idp", seconds=600)
    assert 590 < stage.ask("idp")["now"] - stage.ask("todo0")["now"] < 610
    ahead = another_world.sign_in(agent0, ALICE)
    assert error_of(another_world.redeem(there, another_world.id_jag(agent0, ahead["id_token"]))) == (
        400,
        "invalid_grant",
    )
    stage.command("skew", place="idp", seconds=0)
    right = another_world.sign_in(agent0, ALICE)
    answer = another_world.redeem(there, another_world.id_jag(agent0, right["id_token"]))
    assert answer.status_code == 200, answer.text

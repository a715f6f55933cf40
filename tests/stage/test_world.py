"""The world as the stage holds it: each change is stored, pushed to every party, and told who missed it."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client

from stage.control import world
from stage.control.push import DOORS
from stage.kit import addresses, state
from stage.kit.state import Armed
from tests.stage.conftest import KEY

pytestmark = pytest.mark.usefixtures("staged")


def post(command, body=None, key=KEY):
    headers = {"Authorization": f"Bearer {key}"}
    return Client().post(f"/-/stage/{command}", body or {}, content_type="application/json", headers=headers)


def told(wire, command):
    """What each party was last told, by its address."""
    calls = [call.request for call in wire.calls if call.request.url.endswith(f"/{command}")]
    return {one.url.removesuffix(f"/-/stage/{command}"): json.loads(one.body) for one in calls}


def test_an_armed_fault_is_told_to_every_party_with_the_key(parties):
    assert post("arm", {"id": "F03"}).json()["refused"] == []
    post("arm", {"id": "F21", "mode": "sticky"})
    both = [{"id": "F03", "mode": "one-shot", "trace": ""}, {"id": "F21", "mode": "sticky", "trace": ""}]
    assert told(parties, "faults") == {door.url: {"faults": both} for door in DOORS}
    assert {call.request.headers["Authorization"] for call in parties.calls} == {f"Bearer {KEY}"}


def test_arming_again_changes_the_mode_and_arms_nothing_twice(parties):
    post("arm", {"id": "F03"})
    post("arm", {"id": "F03", "mode": "sticky"})
    assert state.read().faults == (Armed("F03", "sticky"),)


def test_one_fault_is_cleared_and_the_others_stay(parties):
    for fault in ("F03", "F04", "F05"):
        world.arm(fault)
    post("clear", {"faults": ["F04", "F33"]})
    assert [one.id for one in state.read().faults] == ["F03", "F05"]
    post("clear")
    assert told(parties, "faults") == {door.url: {"faults": []} for door in DOORS}


def test_a_party_that_is_down_is_named_and_the_others_have_changed(wire):
    wire.post(f"{addresses.AGENT0_URL}/-/stage/faults", json={})
    wire.post(f"{addresses.TODO0_URL}/-/stage/faults", status=500)
    answer = post("arm", {"id": "F03"})
    assert answer.status_code == 200
    refused = {one["place"]: one["reason"] for one in answer.json()["refused"]}
    assert refused.keys() == {"todo0", "idp"}
    assert refused["todo0"] == "answered 500, expected 200"
    assert state.read().armed("F03")


def test_who_missed_it_is_told_again(wire):
    post("arm", {"id": "F03"})
    for door in DOORS:
        for command in ("faults", "clock", "tokens"):
            wire.post(f"{door.url}/-/stage/{command}", json={})
    assert post("again").json()["refused"] == []
    assert told(wire, "faults")[addresses.IDP_URL]["faults"][0]["id"] == "F03"


def test_how_long_agent0_uses_a_token_is_told_to_every_party(parties):
    post("tokens", {"use": "until they expire"})
    assert {one["use"] for one in told(parties, "tokens").values()} == {"until they expire"}
    post("tokens", {"use": "once"})
    assert {one["use"] for one in told(parties, "tokens").values()} == {"once"}


def test_jumps_add_up(parties):
    post("jump", {"seconds": 120})
    post("jump", {"seconds": 360})
    assert told(parties, "clock") == {door.url: {"offset": 480, "skew": 0} for door in DOORS}


def test_one_partys_own_clock_goes_wrong_and_right_again(parties):
    post("jump", {"seconds": 120})
    post("skew", {"place": "idp", "seconds": 600})
    seen = told(parties, "clock")
    assert {url: one["skew"] for url, one in seen.items() if one["skew"]} == {addresses.IDP_URL: 600}
    assert {one["offset"] for one in seen.values()} == {120}
    post("skew", {"place": "idp", "seconds": 0})
    assert {one["skew"] for one in told(parties, "clock").values()} == {0}


@pytest.fixture
def real(monkeypatch):
    """The real clock, as the world reads it: it goes on when a test says so, and no busy machine moves it."""
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr(world, "time", SimpleNamespace(time=lambda: clock.now))
    return clock


def test_a_held_clock_goes_on_from_where_it_stood(parties, real):
    def told_by_it():
        return real.now + state.read().shift(real.now)

    world.jump(120)
    world.close_gate(300)
    held = told(parties, "clock")[addresses.TODO0_URL]
    assert (held["since"], held["until"]) == (real.now, real.now + 300)
    stood_at = told_by_it()
    real.now += 40
    assert told_by_it() == stood_at
    post("release")
    assert state.read().hold is None
    assert told_by_it() == stood_at
    real.now += 1
    assert told_by_it() == stood_at + 1
    assert told(parties, "clock")[addresses.TODO0_URL] == {"offset": 120 - 40, "skew": 0}


def test_closing_the_gate_again_keeps_what_the_clock_has_lost(parties, real):
    world.close_gate(300)
    real.now += 40
    world.close_gate(300)
    assert state.read().offset == -40


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("arm", {}),
        ("arm", {"id": "R9"}),
        ("clear", {"faults": "F03"}),
        ("clear", {"fault": ["F03"]}),
        ("jump", {"seconds": -1}),
        ("jump", {"seconds": 1e9}),
        ("skew", {"place": "stage", "seconds": 1}),
        ("hold", {"seconds": 0}),
        ("release", {"seconds": 1}),
    ],
)
def test_it_refuses_what_it_does_not_understand_and_tells_nobody(parties, command, body):
    answer = post(command, body)
    assert answer.status_code == 400
    assert "Expected" in answer.json()["message"]
    assert len(parties.calls) == 0


def test_without_the_key_the_address_does_not_exist(parties):
    assert post("arm", {"id": "F03"}, key="wrong").status_code == 404
    assert len(parties.calls) == 0


def test_an_idp_of_somebody_elses_is_not_commanded(parties, monkeypatch):
    monkeypatch.setattr(addresses, "ENTERPRISE_URL", "https://acme.okta.example")
    post("arm", {"id": "F03"})
    assert told(parties, "faults").keys() == {addresses.AGENT0_URL, addresses.TODO0_URL}

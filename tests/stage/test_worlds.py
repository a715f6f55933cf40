"""Reset and undo as the stage has them: named once, begun everywhere, kept for half a minute, told honestly."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from stage.control import push, worlds
from stage.control.models import Skew, WorldChange
from stage.control.push import DOORS
from stage.kit import state
from stage.kit.control import rows
from stage.kit.staged_request import UNDO_SECONDS
from stage.kit.state import StageState
from stage.recorder.models import Record
from tests.stage.conftest import KEY
from tests.stage.test_world import post

pytestmark = pytest.mark.django_db(transaction=True)
LATER = []


class Timer:
    """In place of a thread that waits for half a minute."""

    def __init__(self, seconds, act, arguments):
        LATER.append((seconds, lambda: act(*arguments)))

    def start(self):
        pass


@pytest.fixture(autouse=True)
def _staged(settings, monkeypatch):
    settings.STAGE_KEY = KEY
    monkeypatch.setattr("threading.Timer", Timer)
    LATER.clear()
    push._http.cache_clear()
    yield
    rows.drop_aside()
    push._http.cache_clear()
    state.use(StageState())


@pytest.fixture
def parties(wire):
    for door in DOORS:
        for command in ("reset", "undo", "forget", "faults", "clock"):
            wire.post(f"{door.url}/-/stage/{command}", json={})
    return wire


def told(wire, command):
    calls = [call.request for call in wire.calls if call.request.url.endswith(f"/{command}")]
    return [json.loads(one.body) for one in calls]


def remember(moment):
    return Record.objects.create(
        trace_id="0" * 32, span_id=f"{Record.objects.count():016}", place="agent0", kind="server", name="GET /",
        started_at=moment, ended_at=moment,
    )  # fmt: skip


def test_a_reset_names_one_new_world_for_everybody(parties):
    answer = post("reset").json()
    assert answer["refused"] == []
    assert 0 <= answer["seconds"] < 10
    world = state.read().world
    assert len(world) == 16
    assert told(parties, "reset") == [{"world": world}] * 3
    post("reset")
    assert state.read().world != world


def test_nothing_that_the_stage_had_set_up_is_left(parties):
    post("arm", {"id": "F03"})
    post("jump", {"seconds": 360})
    post("skew", {"place": "idp", "seconds": 600})
    post("reset")
    held = state.read()
    assert (held.faults, held.offset, held.skew, held.hold) == ((), 0, 0, None)
    assert not Skew.objects.exists()


def test_an_undo_sets_it_up_again(parties):
    post("arm", {"id": "F03"})
    post("skew", {"place": "idp", "seconds": 600})
    post("reset")
    world = state.read().world
    assert post("undo").json()["state"]["faults"][0]["id"] == "F03"
    assert told(parties, "undo") == [{"world": world}] * 3
    assert Skew.objects.get().seconds == 600
    assert state.read().world == ""


def test_there_is_nothing_to_undo_before_a_reset_and_after_an_undo(parties):
    assert post("undo").status_code == 400
    post("reset")
    assert post("undo").status_code == 200
    assert "Expected a reset less than 30 s ago" in post("undo").json()["message"]


def test_after_half_a_minute_it_is_too_late_and_the_former_world_is_forgotten(parties):
    post("reset")
    assert 25 < worlds.find_undo_seconds() <= UNDO_SECONDS
    WorldChange.objects.update(at=datetime.now(UTC) - timedelta(seconds=UNDO_SECONDS + 1))
    assert worlds.find_undo_seconds() == 0
    assert post("undo").status_code == 400
    assert told(parties, "undo") == []
    [(seconds, act)] = LATER
    assert seconds > UNDO_SECONDS
    assert rows.has_aside()
    act()
    assert not rows.has_aside()
    assert told(parties, "forget") == [{"world": state.read().world}] * 3


def test_evidence_survives_reset_and_undo_and_is_of_the_world_it_was_made_in(parties):
    now = datetime.now(UTC)
    old = remember(now - timedelta(seconds=9))
    assert worlds.Worlds().is_present(old.started_at)
    post("reset")
    new = remember(datetime.now(UTC))
    seen = worlds.Worlds()
    assert (seen.is_present(old.started_at), seen.is_present(new.started_at)) == (False, True)
    post("undo")
    newest = remember(datetime.now(UTC))
    seen = worlds.Worlds()
    assert [seen.is_present(one.started_at) for one in (old, new, newest)] == [True, False, True]
    assert Record.objects.count() == 3
    assert newest.pk > new.pk, "the recorder's numbers go on"


def test_a_party_that_is_down_is_named(wire):
    for door in DOORS[:2]:
        wire.post(f"{door.url}/-/stage/reset", json={})
    answer = post("reset")
    assert answer.status_code == 200
    assert [one["place"] for one in answer.json()["refused"]] == ["idp"]

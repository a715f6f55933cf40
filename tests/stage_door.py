"""What each party owes to the stage, and to everybody else at the same address: one set of tests for all three.

``tests/<party>/test_stage_door.py`` takes them in and so runs them with that party's settings.
"""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from stage.kit import clock, state
from stage.kit.models import HeldCall
from stage.kit.signals import faults_changed
from stage.kit.staged_request import staged_request
from stage.kit.state import Armed, Hold, StageState
from xaa.clock import read_clock

KEY = "the-key-of-this-test"


@pytest.fixture
def staged(settings: Any, db: None) -> Any:
    """There is a stage, and it has told nothing yet."""
    settings.STAGE_KEY = KEY
    yield
    state.use(StageState())


@pytest.fixture
def moved(staged: None) -> Any:
    """The clock as it is where there is a stage."""
    clock.install()
    yield
    clock.uninstall()


def post(command: str, body: Any = None, *, key: str = KEY) -> Any:
    sent = body if isinstance(body, str | bytes) else json.dumps(body or {})
    browser, headers = Client(enforce_csrf_checks=True), {"Authorization": f"Bearer {key}"}
    return browser.post(f"/-/stage/{command}", sent, content_type="application/json", headers=headers)


def test_the_stage_is_told_what_this_party_holds(staged: None) -> None:
    answer = post("state")
    assert answer.status_code == 200
    assert answer.json().pop("now") > 1e9
    assert answer["Cache-Control"].count("no-store")


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], f"{KEY} ", "€"])
def test_without_the_right_key_the_address_does_not_exist(staged: None, key: str) -> None:
    answer = post("state", key=key)
    assert answer.status_code == 404
    assert "There is no such page here" in answer.content.decode()


def test_no_header_is_no_key(staged: None) -> None:
    assert Client().post("/-/stage/state").status_code == 404


def test_where_there_is_no_stage_the_address_does_not_exist(settings: Any, db: None) -> None:
    settings.STAGE_KEY = ""
    assert [post("state", key=key).status_code for key in ("", KEY)] == [404, 404]


def test_it_refuses_another_method(staged: None) -> None:
    answer = Client().get("/-/stage/state", headers={"Authorization": f"Bearer {KEY}"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_it_refuses_a_command_that_there_is_not(staged: None) -> None:
    answer = post("explode")
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_command")


def test_armed_faults_are_current_from_the_next_request_on(staged: None) -> None:
    faults = [{"id": "F03"}, {"id": "F18", "mode": "sticky", "trace": "0" * 32}]
    assert post("faults", {"faults": faults}).status_code == 200
    seen = through_the_middleware()
    assert seen.armed("F03") == Armed("F03", "one-shot", "")
    assert seen.armed("F18") == Armed("F18", "sticky", "0" * 32)
    assert seen.armed("F04") is None


def test_faults_are_what_was_said_last(staged: None) -> None:
    post("faults", {"faults": [{"id": "F03"}]})
    post("faults", {"faults": []})
    assert through_the_middleware().faults == ()


def test_whoever_changes_something_for_a_fault_hears_of_it(staged: None) -> None:
    heard = []

    def listen(before: StageState, after: StageState, **_signal: Any) -> None:
        heard.append((before.faults, after.faults))

    faults_changed.connect(listen)
    try:
        post("faults", {"faults": [{"id": "F03"}]})
    finally:
        faults_changed.disconnect(listen)
    assert heard == [((), (Armed("F03"),))]


def test_the_clock_is_told_as_the_world_and_this_party_have_it(staged: None) -> None:
    answer = post("clock", {"offset": 360, "skew": -600})
    assert answer.json()["offset"] == 360
    assert through_the_middleware().shift(1e9) == -240


def test_how_long_a_token_is_used_is_told(staged: None) -> None:
    post("tokens", {"use": "until they expire"})
    assert through_the_middleware().keeps_tokens
    post("tokens", {"use": "once"})
    assert not through_the_middleware().keeps_tokens


def test_a_held_clock_stands_still_until_its_time_is_up(staged: None) -> None:
    post("clock", {"offset": 120, "since": 1000, "until": 1300})
    seen = through_the_middleware()
    assert seen.hold == Hold(1000, 1300)
    assert [real + seen.shift(real) for real in (1000, 1200, 1300, 1400)] == [1120, 1120, 1120, 1220]
    assert [seen.is_held(real) for real in (1200, 1300)] == [True, False]
    post("clock", {"offset": 120})
    assert through_the_middleware().hold is None


def test_xaa_and_django_have_one_clock_and_it_is_the_worlds(moved: None) -> None:
    assert abs((timezone.now() - datetime.now(UTC)).total_seconds()) < 1
    post("clock", {"offset": 360, "skew": 10})
    through_the_middleware()
    for told in (read_clock(), timezone.now().timestamp()):
        assert abs(told - time.time() - 370) < 1
    assert abs(post("state").json()["now"] - time.time() - 370) < 1


def test_a_session_ends_when_the_worlds_clock_says_so(moved: None, settings: Any) -> None:
    kept = SessionStore()
    kept["who"] = "alice"
    kept.create()
    post("clock", {"offset": settings.SESSION_COOKIE_AGE - 60})
    through_the_middleware()
    assert SessionStore(kept.session_key).load() == {"who": "alice"}
    post("clock", {"offset": settings.SESSION_COOKIE_AGE + 60})
    through_the_middleware()
    assert SessionStore(kept.session_key).load() == {}


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("state", "[]"),
        ("state", "{"),
        ("state", b"\xff"),
        ("state", {"more": 1}),
        ("faults", {}),
        ("faults", {"faults": {"id": "F03"}}),
        ("faults", {"faults": ["F03"]}),
        ("faults", {"faults": [{"id": "F3"}]}),
        ("faults", {"faults": [{"id": "F03", "mode": "often"}]}),
        ("faults", {"faults": [{"id": "F03", "trace": "abc"}]}),
        ("faults", {"faults": [{"id": "F03", "for": "ever"}]}),
        ("faults", {"faults": [{"id": "F03"}, {"id": "F03", "mode": "sticky"}]}),
        ("tokens", {}),
        ("tokens", {"use": "for ever"}),
        ("clock", {}),
        ("clock", {"offset": "120"}),
        ("clock", {"offset": True}),
        ("clock", '{"offset": NaN}'),
        ("clock", {"offset": 1e12}),
        ("clock", '{"offset": Infinity}'),
        ("clock", f'{{"offset": 1{"0" * 400}}}'),
        ("clock", {"offset": 0, "skew": 1e7}),
        ("clock", {"offset": 0, "since": 1000}),
        ("clock", {"offset": 0, "since": 1000, "until": 1000}),
    ],
)
def test_it_refuses_what_it_does_not_understand_and_changes_nothing(staged: None, command: str, body: Any) -> None:
    post("faults", {"faults": [{"id": "F21"}]})
    post("clock", {"offset": 60})
    answer = post(command, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "Expected" in answer.json()["message"]
    seen = through_the_middleware()
    assert (seen.faults, seen.offset) == ((Armed("F21"),), 60)


def test_a_request_costs_one_statement_with_a_stage(staged: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        through_the_middleware()


def test_a_request_costs_no_statement_without_one(settings: Any, db: None, django_assert_num_queries: Any) -> None:
    settings.STAGE_KEY = ""
    with django_assert_num_queries(0):
        assert through_the_middleware() == StageState()


def test_the_middleware_is_there_only_where_there_is_a_key() -> None:
    from django.conf import settings

    assert not settings.STAGE_KEY, "the suites run without a stage"
    assert "stage.kit.staged_request.staged_request" not in settings.MIDDLEWARE


def through_the_middleware() -> StageState:
    """What a view finds."""
    found = []

    def view(request: Any) -> HttpResponse:
        found.append(state.current())
        return HttpResponse()

    staged_request(view)(RequestFactory().get("/"))
    return found[0]


def test_whoever_waits_at_the_gate_goes_in_turn(staged: None) -> None:
    now = time.time()
    for number in (1, 2):
        HeldCall.objects.create(method="POST", url=f"https://far/{number}", since=now, seen_at=now)
    HeldCall.objects.create(method="GET", url="https://gone", since=now - 60, seen_at=now - 60)
    waiting = post("gate").json()["waiting"]
    assert [one["url"] for one in waiting] == ["https://far/1", "https://far/2"]
    answer = post("gate", {"next": True}).json()
    assert (answer["gone"]["url"], [one["url"] for one in answer["waiting"]]) == (
        "https://far/1",
        ["https://far/2"],
    )
    assert post("gate", {"next": waiting[0]["number"]}).json()["gone"] is None, "it has gone already"
    assert post("gate", {"next": waiting[1]["number"]}).json()["gone"]["url"] == "https://far/2"
    assert post("gate", {"next": True}).json()["gone"] is None
    assert [post("gate", {"next": odd}).status_code for odd in ("1", 0, None, 1e300)] == [400] * 4

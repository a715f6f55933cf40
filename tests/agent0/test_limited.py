"""Servers that say "not so many" (429): asked again no sooner than they said, spread out, and not for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agent0.assistant.cards import Card
from agent0.jobs import patience
from agent0.jobs.models import Run, Step
from agent0.ways import Way
from tests.agent0.answers import Answer

pytestmark = pytest.mark.django_db


def limit(seconds: str = "7", **answer) -> Answer:
    body = {"error": "too_many_requests", "error_description": "Try again later."}
    return Answer(429, body, {"Retry-After": seconds}, **answer)


def due_now(run: Run) -> Run:
    Run.objects.filter(uuid=run.uuid).update(not_before=timezone.now())
    return run


@pytest.mark.parametrize(
    ("what", "code"),
    [("exchange", "idp_limited"), ("redeem", "resource_limited"), ("create", "resource_limited")],
)
def test_it_says_who_is_busy_waits_and_goes_on(far_side, make_run, do, what, code):
    far_side.answers[what] = limit(times=1)
    run = do(make_run())
    assert (run.state, run.waiting_for, run.waits) == (Run.State.QUEUED, code, 1)
    name = "Acme" if what == "exchange" else "Todo0"
    card = Card(run)
    assert card.sentence == f"{name} is busy. This goes on by itself."
    assert card.badge == ("info", "will retry")
    assert 6 <= card.retry_in <= 9
    run = do(due_now(run))
    assert (run.state, run.waiting_for) == (Run.State.DONE, "")
    assert len(far_side.todos) == 1


@pytest.mark.parametrize("what", ["resource_metadata", "mcp"])
def test_over_mcp_as_well(far_side, make_run, do, what):
    far_side.answers[what] = limit(times=1)
    run = do(make_run(way=Way.MCP))
    assert (run.state, run.waiting_for, run.waits) == (Run.State.QUEUED, "resource_limited", 1)
    assert do(due_now(run)).state == Run.State.DONE


def test_metadata_that_cannot_be_had_is_silence_whatever_the_status(far_side, make_run, do):
    far_side.answers["as_metadata"] = limit(times=1)
    run = do(make_run())
    assert (run.state, run.waiting_for, run.waits) == (Run.State.QUEUED, "resource_down", 0)
    assert do(due_now(run)).state == Run.State.DONE


@pytest.mark.parametrize(("asked", "least"), [("7", 7), ("99999", 300), ("soon", 1)])
def test_it_comes_back_no_sooner_than_it_was_told(far_side, make_run, do, asked, least):
    far_side.answers["redeem"] = limit(asked)
    run = do(make_run())
    wait = run.not_before - timezone.now()
    assert timedelta(seconds=least - 1) < wait <= timedelta(seconds=least + 2)


def test_those_who_are_told_the_same_do_not_come_back_together(far_side, make_run, do):
    far_side.answers["redeem"] = limit()
    waits = {round((do(make_run()).not_before - timezone.now()).total_seconds(), 2) for _ in range(10)}
    assert len(waits) > 5


def test_the_span_grows_with_each_time(make_run, monkeypatch):
    monkeypatch.setattr(patience.random, "uniform", lambda least, most: most)
    busy = patience.Verdict(Run.State.FAILED, try_later=True, is_limited=True, retry_after=1)
    pauses = [patience.find_pause(make_run(waits=waits), busy).total_seconds() for waits in range(6)]
    assert pauses == [3, 5, 9, 17, 31, 31]


@pytest.mark.spec("RF-07")
def test_waiting_is_no_failed_attempt(far_side, make_run, do, settings):
    settings.RUN_MAX_ATTEMPTS = 2
    far_side.answers["redeem"] = limit(times=5)
    run = make_run()
    for _ in range(5):
        run = do(due_now(run))
    assert (run.state, run.attempts, run.waits) == (Run.State.QUEUED, 5, 5)
    far_side.answers["create"] = Answer(503, {}, times=1)
    run = do(due_now(run))
    assert (run.state, run.waiting_for) == (Run.State.QUEUED, "resource_down")
    assert do(due_now(run)).state == Run.State.DONE
    assert len(far_side.todos) == 1


@pytest.mark.spec("RF-07")
def test_it_gives_up_after_so_many_times(far_side, make_run, do, settings):
    settings.RUN_MAX_WAITS = 2
    far_side.answers["redeem"] = limit()
    run = make_run()
    for _ in range(3):
        run = do(due_now(run))
    assert (run.state, run.outcome["code"], run.outcome["leg"]) == (
        Run.State.FAILED,
        "resource_limited",
        "present",
    )
    assert len(far_side.requests_of("redeem")) == 3
    assert Card(run).explanation.title == "Todo0 is busy"


@pytest.mark.spec("RF-07")
def test_it_gives_up_when_it_has_waited_so_long(far_side, make_run, do):
    far_side.answers["redeem"] = limit()
    run = do(make_run())
    assert run.state == Run.State.QUEUED
    Step.objects.filter(run=run).update(started_at=timezone.now() - timedelta(minutes=10))
    run = do(due_now(run))
    assert (run.state, run.outcome["code"]) == (Run.State.FAILED, "resource_limited")


def test_asked_anew_it_has_all_its_patience_again(far_side, make_run, do, settings, session):
    from agent0.jobs import steering

    settings.RUN_MAX_WAITS = 0
    far_side.answers["redeem"] = limit()
    run = do(make_run())
    assert run.state == Run.State.FAILED
    settings.RUN_MAX_WAITS = 1
    steering.try_again(run, session)
    run = do(Run.objects.get(uuid=run.uuid))
    assert (run.state, run.waits) == (Run.State.QUEUED, 1)
    del far_side.answers["redeem"]
    assert do(due_now(run)).state == Run.State.DONE

"""Servers that say "not so many" (429): asked again no sooner than they said, spread out, and not for ever."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from agent0.assistant.cards import Card
from agent0.jobs import patience
from agent0.jobs.models import Run, Step
from agent0.tokens import sessions
from agent0.tokens.models import UnspentIdJag
from agent0.tokens.unspent import SealedIdJags
from agent0.ways import Way
from tests.agent0.answers import Answer
from xaa.client import TokenKey

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


def redeemed(far_side) -> list[str]:
    return [seen.form["assertion"] for seen in far_side.requests_of("redeem")]


@pytest.mark.spec("RF-03", "TR-15")
def test_an_id_jag_that_was_told_to_wait_is_presented_again_and_acme_not_asked(far_side, make_run, do):
    """It is not spent, and Okta counts those that it issues."""
    far_side.answers["redeem"] = limit(times=2)
    run = do(make_run())
    assert UnspentIdJag.objects.get().run == run.uuid
    assert "id-jag-1" not in str(list(UnspentIdJag.objects.values())), "sealed"
    do(due_now(run))
    run = do(due_now(run))
    assert run.state == Run.State.DONE
    assert redeemed(far_side) == ["id-jag-1"] * 3
    assert len(far_side.requests_of("exchange")) == 1
    assert not UnspentIdJag.objects.exists()
    titles = [step.title for step in Card(run).steps]
    assert (
        "Take the ID-JAG of the attempt before: Acme has said yes, and Todo0 had no time to look at it" in titles
    )
    assert not any(title.startswith("Ask Acme") for title in titles)


def test_another_request_of_hers_asks_acme_all_the_same(far_side, make_run, do):
    far_side.answers["redeem"] = limit(times=1)
    waiting = do(make_run())
    assert do(make_run()).state == Run.State.DONE
    assert redeemed(far_side) == ["id-jag-1", "id-jag-2"]
    assert UnspentIdJag.objects.get().run == waiting.uuid


def test_one_that_has_expired_meanwhile_is_not_presented(far_side, make_run, do):
    far_side.answers["redeem"] = limit(times=1)
    run = do(make_run())
    UnspentIdJag.objects.update(expires_at=timezone.now() + timedelta(seconds=10))
    assert do(due_now(run)).state == Run.State.DONE
    assert redeemed(far_side) == ["id-jag-1", "id-jag-2"]


@pytest.mark.spec("OI-12")
def test_a_sign_out_takes_it_along(far_side, make_run, do, session):
    far_side.answers["redeem"] = limit(times=1)
    run = do(make_run())
    sessions.end_session(session)
    assert not UnspentIdJag.objects.exists()
    assert do(due_now(run)).outcome["code"] == "sign_in_again"
    assert len(redeemed(far_side)) == 1


def test_one_whose_time_is_up_is_swept(far_side, make_run, do):
    far_side.answers["redeem"] = limit(times=1)
    do(make_run())
    sessions.drop_expired(timezone.now())
    assert UnspentIdJag.objects.count() == 1
    sessions.drop_expired(timezone.now() + timedelta(minutes=6))
    assert not UnspentIdJag.objects.exists()


@pytest.mark.spec("SEC-37")
def test_one_of_somebody_elses_session_opens_for_nobody(far_side, make_run, do, session):
    far_side.answers["redeem"] = limit(times=1)
    run = do(make_run())
    UnspentIdJag.objects.update(run=uuid4())
    row = UnspentIdJag.objects.get()
    shelf = SealedIdJags(run_id=row.run, session_id=session.uuid, user_id=session.user_id)
    key = TokenKey(str(session.uuid), row.resource, tuple(row.scope.split()), row.details)
    with pytest.raises(KeyError):
        shelf.take(key)
    with pytest.raises(ValueError, match="another's"):
        shelf.take(key._replace(user="another"))
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

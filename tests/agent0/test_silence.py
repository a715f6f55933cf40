"""Servers that do not answer: tried again at the pace they ask for, then given up with a clear word."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agent0.jobs.models import Run
from tests.agent0.answers import Answer

pytestmark = pytest.mark.django_db


def due_now(run: Run) -> Run:
    Run.objects.filter(uuid=run.uuid).update(not_before=timezone.now())
    return run


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("idp_metadata", "idp_down"),
        ("exchange", "idp_down"),
        ("as_metadata", "resource_down"),
        ("redeem", "resource_down"),
        ("create", "resource_down"),
    ],
)
@pytest.mark.parametrize("status", [500, 503])
def test_it_waits_and_tries_again(far_side, make_run, do, what, code, status):
    far_side.answers[what] = Answer(status, {}, times=1)
    run = do(make_run())
    assert (run.state, run.waiting_for) == (Run.State.QUEUED, code)
    assert run.not_before > timezone.now()
    run = do(due_now(run))
    assert (run.state, run.waiting_for) == (Run.State.DONE, "")
    assert len(far_side.todos) == 1


def test_it_is_not_taken_before_its_time(far_side, make_run, do):
    from agent0.jobs.lease import LeaseNotFree

    far_side.answers["create"] = Answer(503, {})
    run = do(make_run())
    with pytest.raises(LeaseNotFree):
        do(run)


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7), ("99999", 300), ("soon", 2), ("-1", 2)])
def test_it_waits_as_long_as_it_was_asked_to(far_side, make_run, do, asked, seconds):
    far_side.answers["create"] = Answer(503, {}, {"Retry-After": asked})
    run = do(make_run())
    wait = run.not_before - timezone.now()
    assert timedelta(seconds=seconds - 2) < wait <= timedelta(seconds=seconds)


def test_it_waits_twice_as_long_each_time(far_side, make_run, do):
    far_side.answers["create"] = Answer(503, {})
    run = make_run()
    waits = []
    for _ in range(3):
        run = do(due_now(run))
        waits.append(round((run.not_before - timezone.now()).total_seconds()))
    assert waits == [2, 4, 8]


@pytest.mark.spec("RF-07")
def test_it_gives_up_after_so_many_attempts(far_side, make_run, do, settings):
    settings.RUN_MAX_ATTEMPTS = 3
    far_side.answers["create"] = Answer(503, {})
    run = make_run()
    for _ in range(3):
        run = do(due_now(run))
    assert (run.state, run.outcome["code"], run.attempts) == (Run.State.FAILED, "resource_down", 3)
    assert len(far_side.requests_of("create")) == 3


def test_nobody_listening_is_silence_too(far_side, make_run, do, settings):
    settings.RESOURCE = "http://127.0.0.1:9/api"
    run = do(make_run())
    assert (run.state, run.waiting_for) == (Run.State.QUEUED, "resource_down")


def test_a_lost_answer_to_a_redemption_costs_a_new_id_jag(far_side, make_run, do):
    """A blind repeat would present a spent ID-JAG (ID-JAG §4.4.3)."""
    far_side.answers["redeem"] = Answer(503, {}, times=1)
    do(due_now(do(make_run())))
    assert [seen.form["assertion"] for seen in far_side.requests_of("redeem")] == ["id-jag-1", "id-jag-2"]

"""One worker at a time has a Run, and a dead worker's Run comes free."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from agent0.jobs import lease, steering
from agent0.jobs.models import Run

pytestmark = pytest.mark.django_db


def let_lease_run_out(run: Run) -> None:
    Run.objects.filter(uuid=run.uuid).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_a_queued_run_can_be_taken_and_closed(make_run):
    run = make_run()
    lease.take(run.uuid).close(Run.State.DONE, {"code": "created"})
    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease_owner) == (Run.State.DONE, 1, "")


def test_it_refuses_a_second_worker_while_the_first_lives(make_run):
    run = make_run()
    lease.take(run.uuid)
    with pytest.raises(lease.LeaseNotFree):
        lease.take(run.uuid)


@pytest.mark.parametrize("state", [Run.State.WAITING_CONFIRMATION, *Run.CLOSED])
def test_it_refuses_a_run_that_is_not_queued(make_run, state):
    with pytest.raises(lease.LeaseNotFree):
        lease.take(make_run(state=state).uuid)


def test_the_run_of_a_dead_worker_comes_free_and_the_dead_worker_can_write_no_more(make_run):
    run = make_run()
    dead = lease.take(run.uuid)
    let_lease_run_out(run)
    living = lease.take(run.uuid)
    for write in (dead.renew, lambda: dead.close(Run.State.DONE, {}), lambda: dead.pin_targets([])):
        with pytest.raises(lease.LeaseLost):
            write()
    living.close(Run.State.DONE, {"code": "created"})
    run.refresh_from_db()
    assert run.attempts == 2


def test_a_heartbeat_keeps_the_run(make_run):
    run = make_run()
    mine = lease.take(run.uuid)
    let_lease_run_out(run)
    mine.renew()
    with pytest.raises(lease.LeaseNotFree):
        lease.take(run.uuid)


def test_a_run_that_was_stopped_is_lost_to_its_worker(make_run):
    run = make_run()
    mine = lease.take(run.uuid)
    steering.stop(run)
    with pytest.raises(lease.LeaseLost):
        mine.renew()
    run.refresh_from_db()
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "stopped")


@pytest.mark.django_db(transaction=True)
def test_a_run_stopped_in_the_middle_of_a_call_makes_no_further_call(far_side, make_run, do):
    run = make_run(Run.Kind.DELETE_ALL)
    far_side.add_todo("One")
    far_side.add_todo("Two")
    far_side.hold_one_at_each_of("before delete")

    def work() -> None:
        do(run)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    far_side.wait_until_held(1)
    steering.stop(run)
    far_side.let_go()
    worker.join(20)
    run.refresh_from_db()
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "stopped")
    assert len(far_side.requests_of("delete")) == 1


def test_a_run_whose_workers_keep_dying_is_given_up(far_side, make_run, do, settings):
    run = make_run(attempts=settings.RUN_MAX_ATTEMPTS)
    done = do(run)
    assert (done.state, done.outcome["code"]) == (Run.State.FAILED, "worker_died")
    assert far_side.seen == []


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_exactly_one_takes_the_run(make_run):
    run = make_run()
    taken, start = [], threading.Barrier(6)

    def race() -> None:
        start.wait()
        try:
            taken.append(lease.take(run.uuid))
        except lease.LeaseNotFree:
            pass
        finally:
            connection.close()

    workers = [threading.Thread(target=race) for _ in range(6)]
    [worker.start() for worker in workers]
    [worker.join(20) for worker in workers]
    assert len(taken) == 1


# What the person does


def test_allowing_twice_queues_once(make_run, published, django_capture_on_commit_callbacks):
    run = make_run(Run.Kind.DELETE_ALL, state=Run.State.WAITING_CONFIRMATION)
    with django_capture_on_commit_callbacks(execute=True):
        steering.allow(run, run.session)
        steering.allow(run, run.session)
    assert published == [str(run.uuid)]


def test_what_was_cancelled_cannot_be_allowed(make_run):
    run = make_run(Run.Kind.DELETE_ALL, state=Run.State.WAITING_CONFIRMATION)
    steering.stop(run)
    steering.allow(run, run.session)
    run.refresh_from_db()
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "cancelled")


def test_trying_again_is_the_same_run_with_the_same_key(far_side, make_run, do, session):
    from tests.agent0.answers import Answer

    run = make_run(attempts=4)
    far_side.answers["create"] = Answer(503, {}, times=1)
    failed = do(run)
    assert failed.state == Run.State.FAILED
    steering.try_again(failed, session)
    again = do(run)
    assert (again.state, again.idempotency_key, again.attempts) == (Run.State.DONE, run.idempotency_key, 1)


def test_a_refusal_cannot_be_tried_again(make_run, session):
    run = make_run(state=Run.State.REFUSED, outcome={"code": "blocked_by_idp"})
    steering.try_again(run, session)
    run.refresh_from_db()
    assert run.state == Run.State.REFUSED

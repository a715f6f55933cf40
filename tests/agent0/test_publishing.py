"""A Run whose message did not get through is not lost, whether the broker refused it or swallowed it."""

import resource
import shutil
from contextlib import contextmanager
from datetime import timedelta
from queue import Empty

import pytest
from celery import Celery
from django.utils import timezone
from kombu.exceptions import ChannelError

from agent0.jobs import lease, publishing
from agent0.jobs.models import Run

pytestmark = pytest.mark.django_db


def ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def app(tmp_path):
    """A Celery app of this test's own, over a real queue folder."""
    app = Celery("of-this-test", broker="filesystem://localhost/", set_as_current=False)
    folder = tmp_path / "queue"
    app.conf.broker_transport = "agent0.jobs.queue_folder:Transport"
    app.conf.broker_transport_options = {
        "data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control"),
    }  # fmt: skip
    app.conf.broker_connection_timeout = 1
    yield app
    app.close()


@pytest.fixture
def queue(app, tmp_path, monkeypatch):
    """The real queue folder in place of the fixture that swallows messages."""
    from agent0.jobs.tasks import run_job

    def send(args, **options):
        app.send_task(run_job.name, args=args, **options)

    monkeypatch.setattr(run_job, "apply_async", send)
    return tmp_path / "queue"


@contextmanager
def full_disk():
    """No file may grow: what a full disk is to a writer."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def messages(folder) -> list[str]:
    return [path.name for path in folder.glob("*.msg")]


def test_the_message_carries_the_id_and_nothing_else_of_the_person(queue, make_run):
    run = make_run()
    publishing.publish(run.uuid)
    (name,) = messages(queue)
    text = (queue / name).read_text()
    assert str(run.uuid) not in name
    assert "Book venue" not in text


def test_a_full_disk_keeps_the_run_and_says_so_and_it_goes_out_later(queue, make_run):
    run = make_run()
    publishing.publish(run.uuid)  # the folder and its bindings are there before the disk fills up
    Run.objects.update(published_at=None)
    before = messages(queue)
    with full_disk():
        publishing.publish(run.uuid)
    run.refresh_from_db()
    assert (run.state, run.waiting_for) == (Run.State.QUEUED, publishing.WAITING_FOR_QUEUE)
    assert messages(queue) == before
    assert list(queue.glob(".*")) == []  # nothing half-written stays

    publishing.publish_overdue()
    run.refresh_from_db()
    assert run.waiting_for == ""
    assert len(messages(queue)) == len(before) + 1


def test_a_disk_that_was_full_from_the_start_leaves_no_broken_binding(queue, make_run):
    run = make_run()
    queue.mkdir()
    with full_disk():
        publishing.publish(run.uuid)
    assert messages(queue) == []
    publishing.publish_overdue()
    assert len(messages(queue)) == 1


def test_a_queue_folder_that_cannot_be_made_keeps_the_run(queue, make_run):
    queue.write_text("a file where the folder should be")
    run = make_run()
    publishing.publish(run.uuid)
    run.refresh_from_db()
    assert (run.state, run.waiting_for) == (Run.State.QUEUED, publishing.WAITING_FOR_QUEUE)
    queue.unlink()
    publishing.publish_overdue()
    assert len(messages(queue)) == 1


def test_a_message_that_cannot_be_read_is_dropped_and_the_next_one_comes_through(queue, app, make_run):
    """kombu's own transport lets the error through, which ends the worker."""
    publishing.publish(make_run().uuid)
    (queue / "00_empty.celery.msg").write_text("")
    (queue / "00_half.celery.msg").write_text('{"body": ')
    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as reader:
        message = reader.get(timeout=5)
        message.ack()
    assert message.headers["task"] == "agent0.run_job"
    assert messages(queue) == []


def test_a_queue_folder_that_vanishes_is_an_empty_queue(queue, app, make_run):
    publishing.publish(make_run().uuid)
    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as reader:
        shutil.rmtree(queue)
        with pytest.raises(Empty):
            reader.get(timeout=0.3)


def test_an_unreadable_table_of_bindings_is_written_anew(queue, make_run):
    (queue / "control").mkdir(parents=True)
    (queue / "control" / "celery.exchange").write_text("")
    publishing.publish(make_run().uuid)
    assert len(messages(queue)) == 1


@pytest.mark.parametrize("error", [ChannelError("full"), OSError(28, "No space left"), ValueError("broken table")])
def test_no_failure_of_the_broker_reaches_the_person(make_run, monkeypatch, error):
    from agent0.jobs.tasks import run_job

    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(run_job, "apply_async", fail)
    run = make_run()
    publishing.publish(run.uuid)
    run.refresh_from_db()
    assert run.waiting_for == publishing.WAITING_FOR_QUEUE


# What the sweeper finds


def overdue(run: Run, published: list[str]) -> bool:
    publishing.publish_overdue()
    return published == [str(run.uuid)]


def test_it_publishes_a_run_that_was_never_published(make_run, published):
    assert overdue(make_run(), published)


def test_it_publishes_a_run_whose_message_was_lost(make_run, published, settings):
    assert overdue(make_run(published_at=ago(settings.RUN_PICKUP_SECONDS + 1)), published)


def test_it_leaves_a_run_that_was_just_published(make_run, published):
    assert not overdue(make_run(published_at=ago(1)), published)


def test_it_publishes_once_however_many_sweepers_there_are(make_run, published):
    run = make_run()
    publishing.publish_overdue()
    publishing.publish_overdue()
    publishing.publish(run.uuid)
    assert published == [str(run.uuid)]


def test_it_publishes_the_run_of_a_dead_worker(make_run, published):
    run = make_run(published_at=ago(2))
    lease.take(run.uuid)
    Run.objects.update(lease_expires_at=ago(1))
    assert overdue(run, published)
    publishing.publish_overdue()
    assert len(published) == 1


def test_it_leaves_a_run_that_somebody_works_on(make_run, published):
    run = make_run(published_at=ago(100))
    lease.take(run.uuid)
    assert not overdue(run, published)


def test_it_publishes_a_waiting_run_when_its_time_has_come(make_run, published):
    run = make_run(not_before=timezone.now() + timedelta(seconds=5))
    assert not overdue(run, published)
    Run.objects.update(not_before=ago(0))
    assert overdue(run, published)


@pytest.mark.parametrize("state", [Run.State.WAITING_CONFIRMATION, *Run.CLOSED])
def test_it_leaves_what_is_closed_or_not_yet_allowed(make_run, published, state):
    assert not overdue(make_run(state=state), published)


def test_a_message_for_a_run_that_is_over_or_unknown_does_nothing(make_run):
    import uuid

    from agent0.jobs.tasks import run_job

    run_job(str(make_run(state=Run.State.DONE).uuid))
    run_job(str(uuid.uuid4()))

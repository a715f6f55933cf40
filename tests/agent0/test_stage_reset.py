"""A reset in this party: ``tests/stage_reset.py`` with these settings, and what Agent0 adds to it."""

import logging

import pytest
from celery import Celery

from agent0.jobs import another_world, lease, worker
from agent0.jobs.lease import LeaseLost
from agent0.jobs.models import Run, Step
from agent0.tokens.models import CachedAccessToken, RetiredToken
from stage.kit import state
from stage.kit.state import StageState
from tests.stage_reset import *  # noqa: F403
from tests.stage_reset import KEY, ONE
from xaa.signin import conf


@pytest.fixture
def staged(settings, db):
    settings.STAGE_KEY = KEY
    yield
    state.use(StageState())


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """A queue folder of this test's own, with one id in it."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    app = Celery("of-this-test", broker="filesystem://localhost/", set_as_current=False)
    folder = tmp_path / "queue"
    app.conf.broker_transport = "agent0.jobs.queue_folder:Transport"
    app.conf.broker_transport_options = {
        "data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control"),
    }  # fmt: skip
    app.send_task("agent0.run_job", args=("a-run-of-before",))
    monkeypatch.setattr(another_world, "app", app)
    yield folder
    app.close()


def test_no_id_of_a_former_run_stays_on_the_queue(queue):
    assert len(list(queue.glob("*.msg"))) == 1
    another_world.empty_queue()
    assert list(queue.glob("*.msg")) == []


def test_a_reset_gets_through_when_the_queue_cannot_be_emptied(monkeypatch, caplog):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    app = Celery("of-this-test", broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.broker_transport_options = {"socket_connect_timeout": 1, "max_retries": 1, "interval_start": 0}
    monkeypatch.setattr(another_world, "app", app)
    another_world.empty_queue()
    assert "The queue could not be emptied" in caplog.text


def test_what_was_fetched_from_others_is_fetched_anew(staged):
    conf.issuer_directory()
    another_world.forget()
    assert conf.issuer_directory.cache_info().currsize == 0


def test_a_run_under_way_touches_nothing_in_another_world(staged, far_side, make_run, caplog):
    """Its worker comes back from the IdP, and finds a world in which its Run, its person, its lease are not."""
    caplog.set_level(logging.INFO)
    taken = lease.take(make_run().uuid)
    state.write(StageState(world=ONE))
    with pytest.raises(LeaseLost):
        taken.renew()
    worker.work(taken)
    assert "no longer this worker's" in caplog.text
    assert [seen.what for seen in far_side.seen if seen.what in ("exchange", "redeem", "create")] == []
    assert Run.objects.get().state == Run.State.RUNNING  # as its own world left it
    for model in (CachedAccessToken, RetiredToken):
        assert not model.objects.exists()


def test_a_run_whose_rows_are_gone_ends_without_a_word_of_an_error(staged, far_side, make_run, caplog):
    """The reset came between the look at the world and the write."""
    caplog.set_level(logging.INFO)
    run = make_run()
    taken = lease.take(run.uuid)

    def vanish(sender, **_signal):
        state.write(StageState(world=ONE))
        Step.objects.all().delete()

    from django.db.models.signals import post_save

    post_save.connect(vanish, sender=Step)
    try:
        worker.work(taken)
    finally:
        post_save.disconnect(vanish, sender=Step)
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_the_same_run_is_done_in_the_world_it_is_of(staged, far_side, make_run):
    state.write(StageState(world=ONE))
    run = make_run()
    worker.work(lease.take(run.uuid))
    assert Run.objects.get(uuid=run.uuid).state == Run.State.DONE

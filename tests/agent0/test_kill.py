"""kill -9 of the worker, at any moment, loses nothing and doubles nothing."""

import random
import time

import pytest

from tests.agent0.far_side import FarSide
from tests.agent0.worker_process import WorkerProcess

POINTS = ("before exchange", "after exchange", "after redeem", "before create", "after create")


@pytest.fixture(scope="module")
def outside():
    with FarSide().serving() as running:
        yield running


@pytest.fixture(scope="module")
def process(outside, tmp_path_factory):
    worker = WorkerProcess(tmp_path_factory.mktemp("worker"), outside)
    worker.prepare()
    yield worker
    worker.kill()


def titles(outside: FarSide) -> list[str]:
    return sorted(str(todo["title"]) for todo in outside.todos.values())


def named(numbers: range) -> list[str]:
    return sorted(f"Todo {number}" for number in numbers)


def test_a_worker_killed_in_the_middle_of_every_leg_leaves_exactly_one_todo_a_run(outside, process):
    outside.hold_one_at_each_of(*POINTS)
    process.queue_runs(*named(range(5)))
    process.start()
    outside.wait_until_held(len(POINTS))
    assert titles(outside) != []  # "after create": it is there, and the worker will never know
    process.kill()
    assert "done" not in {process.state_of(title) for title in named(range(5))}

    outside.let_go()
    process.start()
    for title in named(range(5)):
        process.wait_until_done(title)
    assert titles(outside) == named(range(5))
    assert len(outside.requests_of("create")) > 5  # somebody did ask twice


def test_workers_killed_at_random_moments_do_each_of_many_runs_once(outside, process):
    moments = random.Random(20261123)  # noqa: S311  the same moments in every test run
    outside.pause = 0.1
    process.forget_access_tokens()
    process.queue_runs(*named(range(5, 20)))
    for _ in range(2):
        outside.seen.clear()
        process.wait_for(lambda: outside.requests_of("create"), "the worker to be at it")
        time.sleep(moments.uniform(0, 0.25))
        process.kill()
        process.start()
    for title in named(range(5, 20)):
        process.wait_until_done(title)
    assert titles(outside) == named(range(20))

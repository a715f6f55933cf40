"""What a reset and its undo are in each party: one set of tests for all three, as in ``tests/stage_door.py``."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from stage.kit import state
from stage.kit.control import rows, turnstile
from stage.kit.signals import world_changed, world_emptied
from stage.kit.staged_request import UNDO_SECONDS, staged_request
from stage.kit.state import StageState
from tests.stage_door import KEY, post

ONE, TWO = "0" * 16, "1" * 16
Dump = dict[str, list[Any]]


@pytest.fixture
def world(settings: Any, transactional_db: None) -> Iterator[None]:
    """The seeded world, with somebody's session in it, a fault armed and the clock ahead."""
    settings.STAGE_KEY = KEY
    with transaction.atomic():
        rows.empty_and_seed()
    SessionStore().create()
    post("faults", {"faults": [{"id": "F21", "mode": "sticky"}]})
    post("clock", {"offset": 360})
    yield
    rows.drop_aside()
    state.use(StageState())


def dump() -> Dump:
    """Every row of every table of this party's world, as the database has it."""
    found: Dump = {}
    for table in rows.find_tables():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def count_sessions() -> int:
    return len(dump()["django_session"])


def test_a_reset_leaves_the_seed_and_nothing_else(world: None) -> None:
    answer = post("reset", {"world": ONE})
    assert (answer.status_code, answer.json()) == (200, {"world": ONE})
    held = state.read()
    assert (held.faults, held.offset, held.world) == ((), 0.0, ONE)
    assert abs(held.began - time.time()) < 10
    assert count_sessions() == 0


def test_an_undo_brings_back_every_row_as_it_was(world: None) -> None:
    before = dump()
    assert sum(map(len, before.values())) >= 2
    post("reset", {"world": ONE})
    SessionStore().create()
    assert dump() != before
    assert post("undo", {"world": ONE}).json() == {"world": ""}
    assert dump() == before
    assert not rows.has_aside()


def test_rows_that_come_after_an_undo_have_numbers_of_their_own(world: None) -> None:
    """The numbers of before are taken: a row that is gone gives its number to nobody."""
    from django.contrib.auth.models import User

    last = User.objects.create(username="last").pk
    post("reset", {"world": ONE})
    post("undo", {"world": ONE})
    assert User.objects.create(username="next").pk == last + 1


def test_a_reset_that_is_said_twice_is_one(world: None) -> None:
    before = dump()
    post("reset", {"world": ONE})
    post("reset", {"world": ONE})
    post("undo", {"world": ONE})
    assert dump() == before


def test_whoever_was_not_in_that_world_undoes_nothing(world: None) -> None:
    post("reset", {"world": ONE})
    present = dump()
    assert post("undo", {"world": TWO}).json() == {"world": ONE}
    assert dump() == present


def test_a_second_reset_is_undone_to_the_first(world: None) -> None:
    post("reset", {"world": ONE})
    between = dump()
    post("reset", {"world": TWO})
    post("undo", {"world": TWO})
    assert dump() == between
    post("undo", {"world": ONE})
    assert dump() == between, "only the last one can be undone"


def test_what_is_forgotten_is_gone_and_cannot_be_undone(world: None) -> None:
    post("reset", {"world": ONE})
    present = dump()
    assert post("forget", {"world": TWO}).status_code == 200
    assert rows.has_aside()
    post("forget", {"world": ONE})
    assert not rows.has_aside()
    post("undo", {"world": ONE})
    assert dump() == present


def test_whoever_remembers_something_is_told_of_another_world_once(world: None) -> None:
    heard: list[str] = []

    def emptied(**_signal: Any) -> None:
        heard.append("emptied")

    def changed(**_signal: Any) -> None:
        heard.append("changed")

    state.load()
    world_emptied.connect(emptied)
    world_changed.connect(changed)
    try:
        post("reset", {"world": ONE})
        state.load()
        state.load()
        post("undo", {"world": ONE})
        state.load()
    finally:
        world_emptied.disconnect(emptied)
        world_changed.disconnect(changed)
    assert heard == ["emptied", "changed", "changed"]


@pytest.mark.parametrize("body", [{}, {"world": "another"}, {"world": 1}, {"world": ONE, "at": 1}])
@pytest.mark.parametrize("command", ["reset", "undo", "forget"])
def test_it_refuses_a_world_without_a_name_and_changes_nothing(world: None, command: str, body: Any) -> None:
    before = dump()
    assert post(command, body).status_code == 400
    assert dump() == before


def test_a_browser_keeps_its_session_cookie_while_an_undo_can_bring_the_session_back(
    world: None, settings: Any
) -> None:
    def take_back(request: Any) -> HttpResponse:
        response = HttpResponse()
        response.delete_cookie(settings.SESSION_COOKIE_NAME)
        response.set_cookie("theme", "dark")
        return response

    def cookies_after(began: float) -> set[str]:
        state.write(StageState(world=ONE, began=began))
        return set(staged_request(take_back)(RequestFactory().get("/")).cookies)

    assert cookies_after(time.time()) == {"theme"}
    assert cookies_after(time.time() - UNDO_SECONDS - 1) == {"theme", settings.SESSION_COOKIE_NAME}


def test_a_reset_waits_for_those_inside_and_those_outside_wait_for_it() -> None:
    told: list[str] = []

    def visit(name: str, seconds: float) -> None:
        with turnstile.passing():
            told.append(f"{name} in")
            time.sleep(seconds)
            told.append(f"{name} out")

    def reset() -> None:
        with turnstile.passing(), turnstile.closed():
            told.append("reset begins")
            later.start()
            time.sleep(0.1)
            told.append("reset ends")

    early = threading.Thread(target=visit, args=("early", 0.1))
    later = threading.Thread(target=visit, args=("later", 0))
    early.start()
    time.sleep(0.05)
    reset()
    early.join()
    later.join()
    assert told == ["early in", "early out", "reset begins", "reset ends", "later in", "later out"]


def test_a_reset_does_not_wait_for_ever() -> None:
    stuck, free = threading.Event(), threading.Event()

    def stay() -> None:
        with turnstile.passing():
            stuck.set()
            free.wait(10)

    hanging = threading.Thread(target=stay)
    hanging.start()
    stuck.wait(10)
    begun = time.monotonic()
    with turnstile.passing(), turnstile.closed():
        pass
    free.set()
    hanging.join()
    assert turnstile.PATIENCE <= time.monotonic() - begun < 5

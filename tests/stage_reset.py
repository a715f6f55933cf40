"""What a reset and its undo are in each party: one set of tests for all three, as in ``tests/stage_door.py``."""

import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module
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
from stage.kit.state import StageState, WorldHasEnded
from tests.house.rooms import ROOT
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


# Who is late


def visit_through(view: Any, *, got: list[Any]) -> threading.Thread:
    """A request under way in a thread of its own; ``got`` is its answer, or what it was refused with."""

    def whole() -> None:
        try:
            got.append(staged_request(view)(RequestFactory().get("/")))
        except WorldHasEnded as ended:
            got.append(ended)
        finally:
            connection.close()

    thread = threading.Thread(target=whole)
    thread.start()
    return thread


@pytest.mark.parametrize("is_overtaken", [True, False])
def test_a_request_that_outlasts_a_resets_patience_writes_nothing_into_the_new_world(
    world: None, is_overtaken: bool
) -> None:
    begun, go, got = threading.Event(), threading.Event(), []

    def view(request: Any) -> HttpResponse:
        begun.set()
        go.wait(10)
        assert SessionStore().load() == {}, "it may read on"
        SessionStore().create()
        return HttpResponse("written")

    thread = visit_through(view, got=got)
    begun.wait(10)
    if is_overtaken:
        post("reset", {"world": ONE})
    before = count_sessions()
    go.set()
    thread.join()
    assert count_sessions() - before == (0 if is_overtaken else 1)
    assert isinstance(got[0], WorldHasEnded if is_overtaken else HttpResponse)


def test_what_a_process_without_a_turnstile_writes_is_written_in_its_own_world_or_not_at_all(world: None) -> None:
    state.load()
    with state.same_world():
        SessionStore().create()
    assert count_sessions() == 2
    overtaken = state.current()
    post("reset", {"world": ONE})
    state.use(overtaken)
    with pytest.raises(WorldHasEnded), state.same_world():
        SessionStore().create()
    assert count_sessions() == 0


# What a process remembers

HARMLESS: dict[str, str] = {
    "stage.kit.registry": "the registry, which no world changes",
    "agent0.client_key._parse": "of a setting",
    "agent0.tokens.sealing._load_keys": "of a setting",
    "agent0.tokens.proof_key._derive": "of a setting",
    "todo0.authserver.signing_keys._open": "of the very row that it is given",
    "todo0.at_rest._box": "of a setting",
    "todo0.federation.discovery.outgoing": "a way out, which remembers nothing",
    "todo0.self_service.domain_proof.outgoing": "a way out, which remembers nothing",
    "idp_mock.keys.keystore._load_keyring": "under the name of a state of the keys, which each change makes anew",
    "idp_mock.saml.certificates._load_certificates": "under the name of a state of the keys",
    "xaa.signin.conf.connections": "a class of the settings",
    "xaa.signin.conf.token_store": "a class of the settings",
    "xaa.signin.conf.outgoing_http": "a way out, which remembers nothing",
}
"""What this process may go on remembering in another world, and of what it is."""


def find_caches() -> dict[str, Any]:
    """Every function of the project that remembers what it returned, by its name."""
    from django.conf import settings

    party = settings.ROOT_URLCONF.partition(".")[0]
    for path in (ROOT / party).rglob("*.py"):  # whatever this process could load
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not {"migrations", "faults"} & set(path.parts) and path.stem not in ("wsgi", "asgi"):
            import_module(name.removesuffix(".__init__"))
    ours = (f"{party}.", "xaa.", "stage.kit.")
    modules = [module for name, module in [*sys.modules.items()] if name.startswith(ours)]
    found = [thing for module in modules for thing in vars(module).values() if hasattr(thing, "cache_clear")]
    named = {f"{one.__module__}.{one.__qualname__}": one for one in found}
    return {name: one for name, one in named.items() if name.startswith(ours)}


def test_whatever_a_process_remembers_of_a_world_it_forgets_with_it(world: None) -> None:
    remembering = {name: one for name, one in find_caches().items() if not name.startswith(tuple(HARMLESS))}
    forgotten = []
    for name, one in remembering.items():
        one.cache_clear = lambda name=name, clear=one.cache_clear: (forgotten.append(name), clear())
    try:
        world_changed.send(sender=None)
    finally:
        for one in remembering.values():
            del one.cache_clear
    assert sorted(remembering) == sorted(set(forgotten)), set(remembering) ^ set(forgotten)

"""The worker, from a Run to an outcome, against an IdP and a Todo0 that answer over HTTP."""

import base64
import itertools
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from agent0.assistant.cards import Card
from agent0.jobs import steps
from agent0.jobs.models import Run, Step
from agent0.tokens.models import CachedAccessToken
from agent0.ways import Way
from stage.kit import state
from tests.agent0.answers import Answer
from tests.agent0.conftest import ID_TOKEN
from xaa import protocol

pytestmark = pytest.mark.django_db
HELD = datetime.now(UTC).replace(microsecond=0)


def client_id_of(seen) -> str:
    return base64.b64decode(seen.headers["authorization"].split()[1]).decode().partition(":")[0]


@pytest.mark.spec("TX-01", "TX-02", "TX-03", "TX-14", "RD-01", "JAG-27")
def test_it_turns_the_sign_in_into_an_id_jag_that_into_a_token_and_calls_the_api(far_side, make_run, do):
    run = do(make_run(Run.Kind.ADD))

    assert run.state == Run.State.DONE
    assert [todo["title"] for todo in far_side.todos.values()] == ["Book venue"]
    exchange, redeem, create = (far_side.requests_of(what)[0] for what in ("exchange", "redeem", "create"))
    assert exchange.form["grant_type"] == protocol.GRANT_TOKEN_EXCHANGE
    assert exchange.form["requested_token_type"] == protocol.TOKEN_TYPE_ID_JAG
    assert exchange.form["audience"] == far_side.url
    assert exchange.form["resource"] == f"{far_side.url}/api"
    assert exchange.form["subject_token"] == ID_TOKEN
    assert redeem.form == {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": "id-jag-1"}
    assert create.headers["authorization"] == "Bearer access-token-1"


@pytest.mark.spec("RD-02", "SEC-38")
def test_each_credential_goes_to_its_own_place(far_side, make_run, do):
    do(make_run(Run.Kind.ADD))
    assert client_id_of(far_side.requests_of("exchange")[0]) == "agent0-at-acme"
    assert client_id_of(far_side.requests_of("redeem")[0]) == "agent0-at-todo0"
    assert all("secret" not in str(seen) for seen in far_side.requests_of("create"))


def where_seen(far_side, token: str) -> set[str]:
    """What kinds of request had ``token`` anywhere in them."""
    return {seen.what for seen in far_side.seen if token in str(seen)}


@pytest.mark.spec("SEC-38", "TR-04")
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("lured_at", ["nowhere", "exchange", "redeem", "create", "mcp"])
def test_each_token_goes_to_its_own_place_and_is_led_to_no_other(far_side, make_run, do, way, lured_at):
    """307 asks for the same request elsewhere, with its body: with the ID Token, the ID-JAG, the access token."""
    lure = Answer(307, {}, {"Location": f"{far_side.url}/elsewhere"})
    if lured_at == "mcp":
        far_side.tools_fail = lure
    elif lured_at != "nowhere":
        far_side.answers[lured_at] = lure
    done = do(make_run(Run.Kind.ADD, way=way))
    assert where_seen(far_side, ID_TOKEN) == {"exchange"}
    assert where_seen(far_side, "id-jag-") <= {"redeem"}
    assert where_seen(far_side, "access-token-") <= {"mcp" if way == Way.MCP else "create"}
    assert far_side.requests_of("unknown") == []
    if lured_at == "nowhere":
        assert done.state == Run.State.DONE
        assert where_seen(far_side, "id-jag-") == {"redeem"}


def test_it_writes_down_each_leg_with_fingerprints_and_no_token(far_side, make_run, do):
    run = do(make_run(Run.Kind.ADD))
    legs = list(run.steps.all())
    assert [(leg.name, leg.state) for leg in legs] == [
        (Step.Name.NEED_TOKEN, "passed"),
        (Step.Name.ASK_IDP, "passed"),
        (Step.Name.PRESENT, "passed"),
        (Step.Name.CALL_API, "passed"),
    ]
    assert legs[1].detail["asked"] == legs[1].detail["granted_by_idp"] == "todos.read todos.write"
    assert [chip["text"].partition("-")[0] for leg in legs for chip in leg.detail.get("chips", ())] == [
        "ID", "JAG", "AT",
    ]  # fmt: skip
    written = str([leg.detail for leg in legs]) + str(run.outcome)
    assert not any(token in written for token in (ID_TOKEN, "id-jag-1", "access-token-1"))


def test_a_leg_takes_its_time_whatever_the_worlds_clock_says(far_side, make_run, do, monkeypatch):
    """At the live gate that one stands still, and each leg would have taken 0 ms."""
    real = itertools.count(step=0.25)
    monkeypatch.setattr(steps, "time", SimpleNamespace(monotonic=lambda: next(real)))
    monkeypatch.setattr(timezone, "now", lambda: HELD)
    run = do(make_run(Run.Kind.ADD))
    assert [step.milliseconds for step in run.steps.all()] == [250, 250, 250, 250]
    assert Card(run).milliseconds == 1000


@pytest.mark.spec("TR-15")
def test_every_run_asks_the_idp_anew_so_that_the_admins_off_counts_at_once(far_side, make_run, do):
    for title in ("One", "Another"):
        assert do(make_run(Run.Kind.ADD, arguments={"title": title})).state == Run.State.DONE
    assert len(far_side.requests_of("exchange")) == 2


def test_a_second_run_uses_the_token_that_is_there_when_so_set(far_side, make_run, do, settings):
    settings.ASK_EACH_TIME = False
    do(make_run(Run.Kind.ADD))
    run = do(make_run(Run.Kind.ADD, arguments={"title": "Another"}))
    assert run.state == Run.State.DONE
    assert len(far_side.requests_of("exchange")) == 1
    assert [step.name for step in run.steps.all()] == [Step.Name.NEED_TOKEN, Step.Name.CALL_API]


def test_the_stage_may_have_it_use_its_token_until_it_expires(far_side, make_run, do):
    state.use(state.StageState(keeps_tokens=True))
    try:
        for title in ("One", "Another"):
            assert do(make_run(Run.Kind.ADD, arguments={"title": title})).state == Run.State.DONE
    finally:
        state.use(state.UNSTAGED)
    assert len(far_side.requests_of("exchange")) == 1


@pytest.mark.spec("TR-15")
def test_no_id_jag_is_stored_anywhere(far_side, make_run, do):
    do(make_run(Run.Kind.ADD))
    assert far_side.requests_of("redeem")[0].form["assertion"] == "id-jag-1"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  our own tables
            assert "id-jag-1" not in str(cursor.fetchall())


def test_a_list_asks_for_reading_only(far_side, make_run, do):
    far_side.add_todo("Send invoice", due_on="2020-01-01")
    far_side.add_todo("Plan offsite")
    run = do(make_run(Run.Kind.LIST, arguments={"due": "today"}))
    assert far_side.requests_of("exchange")[0].form["scope"] == "todos.read"
    assert [todo["title"] for todo in run.outcome["todos"]] == ["Send invoice"]


def test_a_list_follows_the_pages_to_the_end(far_side, make_run, do):
    for number in range(150):
        far_side.add_todo(f"Todo {number}")
    run = do(make_run(Run.Kind.LIST))
    assert len(run.outcome["todos"]) == 150
    assert len(far_side.requests_of("list")) == 2


def test_it_completes_the_todo_of_that_name(far_side, make_run, do):
    far_side.add_todo("Other")
    far_side.add_todo("Send invoice")
    run = do(make_run(Run.Kind.COMPLETE, arguments={"title": "send Invoice"}))
    assert run.outcome["code"] == "completed"
    assert [todo["title"] for todo in far_side.todos.values() if todo["done"]] == ["Send invoice"]


def test_it_says_so_when_there_is_no_todo_of_that_name(far_side, make_run, do):
    run = do(make_run(Run.Kind.COMPLETE))
    assert (run.state, run.outcome["code"]) == (Run.State.DONE, "no_such_todo")


def test_it_deletes_everything(far_side, make_run, do):
    for title in ("One", "Two", "Three"):
        far_side.add_todo(title)
    run = do(make_run(Run.Kind.DELETE_ALL))
    assert run.state == Run.State.DONE
    assert far_side.todos == {}
    assert [step.detail.get("calls") for step in run.steps.all() if step.name == Step.Name.CALL_API] == [4]


def test_a_second_attempt_completes_the_pinned_todo_and_not_its_namesake(far_side, make_run, do):
    far_side.add_todo("Send invoice", done=True)
    far_side.add_todo("Send invoice")
    pinned = [{"id": 1, "title": "Send invoice", "done": False, "due_on": None}]
    do(make_run(Run.Kind.COMPLETE, arguments={"title": "Send invoice"}, targets=pinned))
    assert far_side.todos[2]["done"] is False


def test_a_second_attempt_deletes_what_was_pinned_and_nothing_that_came_later(far_side, make_run, do):
    far_side.add_todo("Came later")
    pinned = [{"id": 7, "title": "Deleted in the first attempt", "done": False, "due_on": None}]
    run = do(make_run(Run.Kind.DELETE_ALL, targets=pinned))
    assert run.state == Run.State.DONE
    assert len(far_side.todos) == 1


def test_the_same_run_twice_is_one_todo(far_side, make_run, do):
    run = make_run(Run.Kind.ADD)
    do(run)
    Run.objects.filter(uuid=run.uuid).update(state=Run.State.QUEUED)
    do(run)
    first, second = far_side.requests_of("create")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == str(run.idempotency_key)
    assert len(far_side.todos) == 1


def test_the_api_is_asked_again_once_when_it_no_longer_takes_the_token(far_side, make_run, do, settings):
    settings.ASK_EACH_TIME = False
    do(make_run(Run.Kind.ADD))
    far_side.answers["create"] = Answer(401, {}, {"WWW-Authenticate": 'Bearer error="invalid_token"'}, times=1)
    run = do(make_run(Run.Kind.ADD))
    assert run.state == Run.State.DONE
    assert len(far_side.requests_of("exchange")) == 2
    assert CachedAccessToken.objects.count() == 1

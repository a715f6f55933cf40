"""The live gate's page: who waits, what it is about to send, and the buttons; and what never leaves Agent0."""

import json
import re
import time
from datetime import UTC, datetime

import pytest
import requests
from django.test import Client

from stage.control import world
from stage.control.push import DOORS
from stage.kit import addresses, state
from stage.kit.state import Hold, StageState
from stage.kit.telemetry.preview import preview
from stage.recorder import gate
from tests.stage.evidence import ACT, SIGN_IN, build, lay_down, load
from tests.stage.test_bar import press, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staged")]
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
SECRET = "a-secret-that-nobody-may-see"
ID_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJpIiwic3ViIjoicyIsImF1ZCI6ImEifQ.c2lnbmF0dXJl"
EXCHANGED = {"grant_type": EXCHANGE, "subject_token": ID_TOKEN, "scope": "todos.read"}


@pytest.fixture
def close_the_gate():
    """As long as a request of the test client lasts, its own state counts; so it stands in the database."""
    world_now = StageState(hold=Hold(time.time() - 60, time.time() + 60))
    state.write(world_now)


def waits(method="POST", path="/acme/token", trace=ACT, number=7, **of_request):
    url = f"{addresses.IDP_URL}{path}"
    said = preview(requests.Session(), method, url, **of_request)
    return {"number": number, "method": method, "url": url, "trace_id": trace, "since": time.time(), "said": said}


def let_wait(wire, *calls, status=200):
    wire.post(f"{addresses.AGENT0_URL}/-/stage/gate", json={"gone": None, "waiting": list(calls)}, status=status)


def look(path="", **query):
    state.load()  # the middleware, which the suites are without
    return Client().get(f"/recorder/gate{path}", query)


def test_an_open_gate_offers_to_be_closed_and_asks_nobody(wire):
    html = look().content.decode()
    assert "The gate is open." in text_of(html)
    assert re.search(r'form="world" name="act" value="hold"[^>]*>Close the gate<', html)
    assert len(wire.calls) == 0


@pytest.mark.usefixtures("close_the_gate")
def test_a_closed_gate_at_which_nobody_waits_says_what_to_do(wire):
    let_wait(wire)
    said = text_of(look().content.decode())
    assert "Nobody waits" in said
    assert "its first call appears here by itself" in said


@pytest.mark.usefixtures("close_the_gate")
def test_it_shows_the_hop_that_waits_from_whom_to_whom_and_what_it_is_about_to_send(wire):
    lay_down("rest")
    let_wait(wire, waits(data=EXCHANGED, auth=("agent0-at-acme", SECRET)))
    html = look().content.decode()
    said = text_of(html)
    assert "9 Token exchange" in said
    assert re.search(r"Agent0 to Acme IdP +waits at the gate", said)
    assert f"POST {addresses.IDP_URL}/acme/token" in said
    assert "todos.read" in said
    assert re.search(r'class="chip chip--id-token">ID-[0-9a-f]{4}<', html)
    assert "9. Agent0 to Acme IdP: Token exchange. It waits at the gate." in said
    assert 'value="next"' in html
    assert 'value="release"' in html


@pytest.mark.usefixtures("close_the_gate")
def test_no_secret_and_no_signature_is_on_the_page(wire):
    let_wait(wire, waits(data=EXCHANGED | {"client_secret": SECRET}, auth=("agent0-at-acme", SECRET)))
    html = look().content.decode()
    assert "Authorization" in html, "the header itself is shown"
    assert SECRET not in html
    assert ID_TOKEN.rpartition(".")[2] not in html


@pytest.mark.usefixtures("close_the_gate")
def test_a_call_that_fits_no_hop_and_says_nothing_is_shown_by_its_address(wire):
    let_wait(wire, waits("GET", "/elsewhere") | {"said": {}}, waits("GET", "/later"))
    said = text_of(look().content.decode())
    assert f"GET {addresses.IDP_URL}/elsewhere" in said
    assert "After it: GET /later to Acme IdP." in said


@pytest.mark.usefixtures("close_the_gate")
def test_the_hops_of_the_sign_in_make_room_for_those_of_the_request(wire):
    lay_down("rest")
    let_wait(wire, waits(data=EXCHANGED))
    html = look().content.decode()
    assert 'id="hop-13"' in html
    assert 'id="hop-3"' not in html
    assert f'href="/recorder/traces/{ACT}?hop=13#hop"' in html


@pytest.mark.usefixtures("close_the_gate")
def test_an_agent0_that_does_not_answer_is_named_and_the_gate_can_still_be_opened(wire):
    let_wait(wire, status=503)
    html = look().content.decode()
    assert "Agent0 does not say who waits" in html
    assert 'name="call" value=""' in html, "so that Next lets none go that nobody has seen"
    assert 'value="release"' in html


@pytest.mark.usefixtures("close_the_gate")
def test_news_come_when_there_are_some_and_cost_no_page_otherwise(wire):
    let_wait(wire)
    seen = re.search(r"\?seen=([^\"]*)", look().content.decode())[1]
    assert look("/news", seen=seen).status_code == 204
    state.write(StageState())
    answer = look("/news", seen=seen)
    assert answer.status_code == 200
    assert "The gate is open." in answer.content.decode()


@pytest.mark.usefixtures("close_the_gate")
def test_next_lets_one_go_and_keeps_the_gate_closed_for_as_long_again(parties):
    let_wait(parties)
    before = state.read().hold
    assert press("next").status_code == 302
    after = state.read().hold
    assert after.since == before.since, "the clock goes on standing where it stood"
    assert after.until >= time.time() + world.GATE_SECONDS - 5
    told = {call.request.url for call in parties.calls}
    assert {f"{door.url}/-/stage/clock" for door in DOORS} < told


@pytest.mark.usefixtures("close_the_gate")
@pytest.mark.parametrize(
    ("form", "told"),
    [({"call": "7"}, [{"next": 7}]), ({}, [{"next": True}])]
    + [({"call": odd}, []) for odd in ("", "0", "-7", "7.0", "x", "9" * 20)],
)
def test_next_lets_the_call_go_that_the_page_shows_and_no_other(parties, form, told):
    """A page that shows none sends an empty number; the band on other pages, which shows no calls, sends none."""
    let_wait(parties)
    assert press("next", **form).status_code == 302
    asked = [json.loads(call.request.body) for call in parties.calls if call.request.url.endswith("/gate")]
    assert asked == told


@pytest.mark.usefixtures("close_the_gate")
def test_the_page_knows_the_number_of_the_call_that_it_shows(wire):
    let_wait(wire, waits(number=11), waits(number=12))
    html = look().content.decode()
    assert re.findall(r'<input type="hidden" form="world" name="call" value="([^"]*)">', html) == ["11"]
    assert not re.search(r'id="next-call"[^>]*aria-disabled', html)


def a_flow_that_goes_on():
    """Since the gate was closed; the worker has not told yet that it is done."""
    later = datetime.now(UTC) - max(build(row).started_at for row in load("rest"))
    for row in load("rest"):
        record = build(row)
        record.started_at, record.ended_at = record.started_at + later, record.ended_at + later
        if row["trace_id"] == ACT and row["kind"] != "consumer":
            record.save()


@pytest.mark.usefixtures("close_the_gate")
def test_between_two_calls_of_a_flow_it_goes_on_showing_the_flow(wire):
    a_flow_that_goes_on()
    let_wait(wire)
    since = time.monotonic()
    html = look().content.decode()
    assert time.monotonic() - since >= gate.PATIENCE, "the next call usually comes soon"
    said = text_of(html)
    assert "Going on" in said
    assert "its next call will wait here" in said
    assert "Nobody waits" not in said
    assert 'id="hop-9"' in html
    assert 'name="call" value=""' in html
    assert re.search(r'id="next-call"[^>]*aria-disabled="true"', html)
    assert f"every {gate.SOON}ms" in html


@pytest.mark.usefixtures("close_the_gate")
def test_the_page_that_next_leads_to_waits_for_the_next_call(wire, monkeypatch):
    a_flow_that_goes_on()
    let_wait(wire)
    monkeypatch.setattr(gate, "PATIENCE", 60)
    monkeypatch.setattr(gate.time, "sleep", lambda seconds: let_wait(wire, waits(data=EXCHANGED)))
    assert "9 Token exchange" in text_of(look().content.decode())


@pytest.mark.usefixtures("close_the_gate")
def test_somebody_who_signs_in_meanwhile_is_not_the_flow_at_the_gate(wire):
    a_flow_that_goes_on()
    record = build(next(row for row in load("rest") if row["trace_id"] == SIGN_IN and row["kind"] == "client"))
    record.started_at = record.ended_at = datetime.now(UTC)
    record.save()
    let_wait(wire)
    assert "Going on" in text_of(look().content.decode())


def test_next_at_an_open_gate_closes_nothing(parties):
    let_wait(parties)
    press("next")
    assert state.read().hold is None


def test_what_can_never_be_sent_says_nothing():
    assert preview(requests.Session(), "GET", "no address at all") == {}

"""The live gate's page: who waits, what it is about to send, and the buttons; and what never leaves Agent0."""

import re
import time

import pytest
import requests
from django.test import Client

from stage.control import world
from stage.control.push import DOORS
from stage.kit import addresses, state
from stage.kit.state import Hold, StageState
from stage.kit.telemetry.preview import preview
from tests.stage.evidence import ACT, lay_down
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


def waits(method="POST", path="/acme/token", trace=ACT, **of_request):
    url = f"{addresses.IDP_URL}{path}"
    said = preview(requests.Session(), method, url, **of_request)
    return {"method": method, "url": url, "trace_id": trace, "since": time.time(), "said": said}


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


def test_next_at_an_open_gate_closes_nothing(parties):
    let_wait(parties)
    press("next")
    assert state.read().hold is None


def test_what_can_never_be_sent_says_nothing():
    assert preview(requests.Session(), "GET", "no address at all") == {}

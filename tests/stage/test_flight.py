"""*Run the flow for me*: the page of a flight in each of its states. The flight itself is told in tests/flow."""

import re
import time

import pytest
import responses
from django.utils import timezone

from stage.autopilot.flight import PLACES, Plan, fly
from stage.autopilot.models import Flight
from stage.autopilot.page import Lost
from stage.kit.people import ALICE
from tests.stage.conftest import KEY

pytestmark = pytest.mark.django_db
TRACE = "0af7651916cd43dd8448eb211c80319c"


def make_flight(**of_flight):
    return Flight.objects.create(
        trace_id=TRACE, person="alice", words="What is due today?", started_at=timezone.now(), **of_flight
    )


def test_while_it_flies_its_page_says_what_is_done_and_asks_again_by_itself(client):
    answer = client.get(f"/flights/{make_flight(step='Alice asks: What is due today?').uuid}")
    assert re.findall(r'data-state="(\w+)".*?<span>(.*?)</span>', answer.content.decode()) == [
        ("passed", "Alice opens Agent0 and signs in at the company."),
        ("running", "Alice asks: What is due today?"),
        ("waiting", "Agent0&#x27;s worker asks for an ID-JAG, presents it, and calls the API."),
    ]
    assert answer["Refresh"] == "1"
    assert f"/recorder/traces/{TRACE}" in answer.content.decode()


def test_once_it_has_landed_its_page_is_its_trace(client):
    answer = client.get(f"/flights/{make_flight(state=Flight.State.LANDED).uuid}")
    assert (answer.status_code, answer["Location"]) == (302, f"/recorder/traces/{TRACE}")


def test_when_it_is_lost_its_page_says_why_and_offers_another(client):
    answer = client.get(f"/flights/{make_flight(state=Flight.State.LOST, note='No chat there.').uuid}")
    assert "No chat there." in answer.content.decode()
    assert 'action="/flights"' in answer.content.decode()
    assert "Refresh" not in answer


def test_an_unknown_flight_is_not_there(client):
    assert client.get("/flights/0af76519-16cd-43dd-8448-eb211c80319c").status_code == 404


def test_only_a_button_starts_one(client):
    assert client.get("/flights").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_flight_to_parties_that_are_not_there_is_lost_and_says_where_to_look(client, settings):
    settings.STAGE_KEY = KEY
    with responses.RequestsMock():  # to whom nobody answers
        page = client.post("/flights")["Location"]
        deadline = time.monotonic() + 20
        while (flight := Flight.objects.get()).state == Flight.State.FLYING and time.monotonic() < deadline:
            time.sleep(0.05)
    assert flight.state == Flight.State.LOST
    assert "A party did not answer" in client.get(page).content.decode()


def test_it_is_flown_under_its_own_trace_from_the_first_request_on():
    seen = []

    def note(request):
        seen.append(request.headers["traceparent"].split("-")[1])
        return 200, {"Content-Type": "text/html"}, "<p>Closed today.</p>"

    with responses.RequestsMock() as far_side:
        far_side.add_callback(responses.GET, f"{PLACES.agent0}/", callback=note)
        with pytest.raises(Lost, match="no link 'Continue as Alice'"):
            fly(Plan(ALICE, "What is due today?", TRACE))
    assert seen == [TRACE]


def test_a_page_that_it_is_lost_on_is_named_without_the_code_in_its_address():
    """A sign-in that breaks off at Agent0 is told to whoever looks; what it came with is nobody's business."""
    callback = f"{PLACES.agent0}/signin/callback?code=the-code&state=the-state"
    with responses.RequestsMock() as far_side:
        far_side.get(
            f"{PLACES.agent0}/", body=f'<a href="{callback}">Continue as Alice</a>', content_type="text/html"
        )
        far_side.get(callback, body="<p>Try again.</p>", content_type="text/html", status=400)
        with pytest.raises(Lost) as lost:
            fly(Plan(ALICE, "What is due today?", TRACE))
    assert "/signin/callback (400)" in str(lost.value)
    assert "the-code" not in str(lost.value)
    assert "the-state" not in str(lost.value)

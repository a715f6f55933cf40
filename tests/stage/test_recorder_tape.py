"""The tape: what one key plays when the live demo does not do what it should, and how it says what it is."""

import re

import pytest
from django.shortcuts import render
from django.utils import timezone

from stage.preflight.models import Preflight
from stage.recorder.models import Record
from tests.stage.evidence import ACT, SIGN_IN, lay_down

pytestmark = pytest.mark.django_db
RECORDED = {"title": "The flow goes well", "is_well": True, "trace_id": ACT}


def rehearse(*findings):
    Preflight.objects.create(started_at=timezone.now(), milliseconds=1, findings=list(findings))


def be_refused():
    """Todo0 did not let the last call in."""
    record = Record.objects.get(trace_id=ACT, kind="server", exchange__request__target="/api/todos")
    for side in Record.objects.filter(span_id__in=[record.span_id, record.parent_span_id]):
        side.exchange["response"]["status"] = 403
        side.save()


@pytest.mark.parametrize("is_rehearsed", [True, False], ids=["of the pre-flight", "of anybody"])
def test_it_plays_the_last_flow_that_went_well_from_its_first_hop(client, is_rehearsed):
    lay_down("rest")
    if is_rehearsed:
        rehearse(RECORDED, RECORDED | {"trace_id": SIGN_IN})
    answer = client.get("/recorder/tape")
    assert (answer.status_code, answer["Location"]) == (302, f"/recorder/traces/{ACT}?hop=1&tape=1")


def test_what_the_preflight_saw_refused_or_has_lost_is_not_played(client):
    lay_down("rest")
    be_refused()
    rehearse(RECORDED, {"title": "Clocks", "is_well": True}, RECORDED | {"trace_id": "0" * 32})
    html = client.get("/recorder/tape").content.decode()
    assert "There is no tape yet" in html
    assert "/preflight" in html


def test_it_says_that_it_is_a_recording_and_asks_for_no_news(client):
    lay_down("rest")
    html = client.get(f"/recorder/traces/{ACT}?tape=1").content.decode()
    assert re.search(r"Recording of [\d:]+, not live", html)
    assert "<title>Recording: " in html
    assert "hx-get" not in html
    assert all("tape=1" in link for link in re.findall(r'class="hop__link"[^>]*href="([^"]*)"', html))
    live = client.get(f"/recorder/traces/{ACT}").content.decode()
    assert "not live" not in live
    assert "hx-get" in live


@pytest.mark.parametrize(
    ("cookies", "is_there"),
    [
        ({"stage": "on"}, True),
        ({}, False),
        ({"shortcuts": "on"}, False),
        ({"stage": "on", "shortcuts": "off"}, False),
    ],
)
def test_its_key_is_on_every_page_in_stage_mode_unless_keys_are_off(rf, settings, cookies, is_there):
    settings.STAGE_KEY = "the-key-of-this-test"
    request = rf.get("/")
    request.COOKIES.update(cookies)
    assert ("data-tape" in render(request, "404.html").content.decode()) is is_there

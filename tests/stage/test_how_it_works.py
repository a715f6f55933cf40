"""How it works: all on one page, on a projector a frame at a time, and each leads to what was recorded of it."""

import re

import pytest
from django.utils import timezone

from stage.launchpad.frames import FRAMES
from stage.preflight.models import Preflight
from stage.preflight.titles import GOES_WELL, OFF_ENDS_IT
from tests.stage.evidence import ACT, lay_down

pytestmark = pytest.mark.django_db


def fetch(client, query=""):
    answer = client.get(f"/how-it-works{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def sections(html):
    return re.findall(r'<section class="frame[^"]*" id="(\w+)"', html)


def fly_preflight(trace_id=ACT):
    findings = [{"title": title, "is_well": True, "trace_id": trace_id} for title in (GOES_WELL, OFF_ENDS_IT)]
    Preflight.objects.create(started_at=timezone.now(), milliseconds=900, findings=findings)


def test_somebody_at_her_desk_reads_all_of_it_on_one_page(client):
    html = fetch(client)
    assert sections(html) == [frame.key for frame in FRAMES]
    assert "of 7" not in html


@pytest.mark.parametrize("at", range(len(FRAMES)))
def test_a_projector_shows_one_frame_with_the_way_on_and_back(client, at):
    html = fetch(client, f"?stage=1&frame={FRAMES[at].key}")
    assert sections(html) == [FRAMES[at].key]
    assert f"{at + 1} of 7" in html
    ways = dict(re.findall(r'rel="(prev|next)" href="\?frame=(\w+)"', html))
    assert ways.get("prev") == (FRAMES[at - 1].key if at else None)
    assert ways.get("next") == (FRAMES[at + 1].key if at + 1 < len(FRAMES) else None)


def test_a_frame_that_there_is_not_is_the_first(client):
    assert sections(fetch(client, "?stage=1&frame=nothing")) == ["problem"]


def test_before_anything_is_recorded_it_leads_to_no_trace(client):
    assert "/recorder/traces/" not in fetch(client)


def test_the_frames_lead_to_the_newest_flow_and_its_steps_to_their_hops(client):
    lay_down("rest")
    html = fetch(client)
    assert f'<a href="/recorder/traces/{ACT}">a flow without screen or key</a>' in html
    assert re.findall(rf'<a href="/recorder/traces/{ACT}\?hop=[\d.]+">(\w+)</a>', html) == [
        "Exchange",
        "Redeem",
        "Call",
    ]


def test_the_admins_off_is_what_the_last_pre_flight_recorded(client):
    fly_preflight()
    assert "as the last pre-flight recorded it" not in fetch(client), "those records are gone"
    lay_down("rest")
    assert "as the last pre-flight recorded it" in fetch(client)


@pytest.mark.usefixtures("staged")
def test_every_link_of_the_stages_own_answers(client):
    lay_down("rest")
    fly_preflight()
    main = fetch(client).split("<main")[1]
    links = set(re.findall(r'href="(/[^"]*)"', main))
    assert len(links) > 6
    assert [link for link in links if client.get(link.replace("&amp;", "&")).status_code >= 400] == []

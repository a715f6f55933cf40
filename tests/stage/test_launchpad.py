"""The first two pages of the stage: what they show, and that they load nothing and leak nothing."""

import re

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from django.utils.html import escape

from stage.kit import addresses
from stage.kit.people import PEOPLE
from stage.launchpad.doors import list_doors
from stage.preflight.models import Preflight

PAGES = ("/", "/how-it-works")
PLACES = (addresses.STAGE_URL, addresses.AGENT0_URL, addresses.TODO0_URL, addresses.IDP_URL)
PROGRAMS = addresses.TODO0_MCP_URL

pytestmark = [pytest.mark.usefixtures("all_well"), pytest.mark.django_db]


def fetch(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_launchpad_offers_to_run_the_flow_and_says_how_to_do_it_by_hand(client):
    html = fetch(client, "/")
    assert '<form method="post" action="/flights">' in html
    assert f'href="{addresses.AGENT0_URL}/?start=first-flight"' in html


def test_the_launchpad_links_every_party_and_says_that_it_answers(client):
    html = fetch(client, "/")
    assert all(f'<a href="{url}">Open ' in html for url in PLACES[1:])
    assert html.count("</svg>\nanswering</span>") == 4
    assert (f'<a href="{PROGRAMS}"' in html, f">{PROGRAMS}<" in html) == (False, True)
    assert "not answering" not in html


def test_the_launchpad_has_three_doors_and_each_leads_somewhere_that_answers(client):
    html = fetch(client, "/")
    doors = list_doors(idp_is_ours=True)
    assert [door.name for door in doors] == ["Watch", "Learn", "Test"]
    for door in doors:
        assert door.name in html
        assert all(f'<a href="{way.url}">{escape(way.words)}</a>' in html for way in door.ways)
        assert client.get(door.url).status_code == 200


def put_preflight(**of_one):
    well = {"title": "Everybody answers", "is_well": True, "found": "All four.", "advice": "", "trace_id": ""}
    findings = [well, well | {"title": "The flow goes well"} | of_one]
    Preflight.objects.create(started_at=timezone.now(), milliseconds=900, findings=findings)


def test_the_strip_offers_the_pre_flight_before_there_was_one(client):
    html = fetch(client, "/")
    assert "not run yet" in html
    assert 'action="/preflight/run"' in html


def test_the_strip_says_go_with_a_mark_for_each_check(client):
    put_preflight()
    html = fetch(client, "/")
    assert html.count("mark--well") == 2
    assert ("Go</span>" in html, "No-go" in html) == (True, False)


def test_the_strip_says_what_is_not_well_and_leads_to_who_mends_it(client):
    put_preflight(is_well=False, found="Agent0 says: Blocked by Acme.")
    html = fetch(client, "/")
    assert (html.count("mark--well"), html.count("mark--ill")) == (1, 1)
    assert "No-go" in html
    assert "Agent0 says: Blocked by Acme." in html


def test_what_was_not_tried_is_no_failure_of_its_own(client):
    put_preflight(is_well=False, is_tried=False)
    html = fetch(client, "/")
    assert ("No-go" in html, "mark--ill" in html) == (True, False)


def test_the_launchpad_lists_the_people_with_their_passwords(client):
    html = fetch(client, "/")
    assert all(person.name in html and person.password in html for person in PEOPLE)
    assert "demo only" in html
    assert f'<a href="{addresses.TODO0_URL}/admin/">Decide whose word Todo0 takes</a>' in html


@pytest.mark.parametrize("path", PAGES)
def test_a_page_tells_the_four_steps_in_order(client, path):
    titles = re.findall(r'<span class="flow__number">\d</span> ([\w ]+)</h3>', fetch(client, path))
    assert titles == ["Sign in", "Exchange", "Redeem", "Call"]


def test_how_it_works_tells_six_frames_and_what_is_simulated(client):
    html = fetch(client, "/how-it-works")
    assert re.findall(r'<h2 id="[a-z]+-title"><span class="flow__number">(\d)</span>', html) == list("123456")
    assert html.count(">real</span>") == 6
    assert html.count(">simulated</span>") == 4


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_h1_a_title_and_one_main(client, path):
    html = fetch(client, path)
    assert html.count("<h1") == html.count("<main") == 1
    assert re.search(r"<title>[A-Z][^·]+ · The stage</title>", html)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_no_address_but_the_places(client, path):
    found = re.findall(r"https?://[^\s\"'<)]+", fetch(client, path))
    assert found
    assert [url for url in found if not url.startswith((*PLACES, PROGRAMS))] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_no_inline_script_or_style(client, path):
    html = fetch(client, path)
    assert re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", html) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_content_security_policy_admits_nothing_from_elsewhere(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_a_page_only_reads(client, path):
    assert client.post(path).status_code == 405


def test_a_page_sets_no_cookie_but_the_one_that_guards_its_button(client):
    assert set(client.get("/").cookies) == {django_settings.CSRF_COOKIE_NAME}
    assert django_settings.SESSION_COOKIE_NAME == "stage_session"


def test_the_frame_leads_to_the_idp_that_is_configured(client, monkeypatch):
    assert f'<a href="{addresses.IDP_URL}">' in fetch(client, "/how-it-works")
    monkeypatch.setattr(addresses, "ENTERPRISE", "Okta")
    monkeypatch.setattr(addresses, "ENTERPRISE_URL", addresses.home_of("https://example.okta.com/oauth2/default"))
    html = fetch(client, "/how-it-works")
    rail = html[html.index('<div class="rail"') : html.index("</nav>")]
    assert re.findall(r'<a href="(https://[^"]+)"', rail) == ["https://example.okta.com"]
    assert ("Okta" in rail, "Acme" in rail) == (True, False)


@pytest.fixture
def at_okta(monkeypatch):
    monkeypatch.setattr(addresses, "ENTERPRISE", "Okta")
    monkeypatch.setattr(addresses, "ENTERPRISE_URL", addresses.home_of("https://example.okta.com/oauth2/default"))


@pytest.mark.parametrize("path", PAGES)
def test_with_an_idp_of_somebody_elses_story_and_picture_are_of_that_one(client, at_okta, path):
    page = fetch(client, path)
    assert ">Okta</text>" in page
    assert "Okta reads its policy" in page
    assert "Acme" not in page
    assert "alice@" not in page, "nor are its people ours"


def test_an_idp_of_somebody_elses_is_shown_and_not_asked_how_it_is(client, all_well, at_okta):
    page = fetch(client, "/")
    assert '<a href="https://example.okta.com">Open Okta</a>' in page
    assert page.count("not of this demo: not asked") == 1
    assert page.count("</svg>\nanswering</span>") == 3
    asked = [call.request.url for call in all_well.calls]
    assert asked
    assert [url for url in asked if not url.startswith("http://localhost")] == []
    assert addresses.IDP_URL not in page, "ours does not run"
    assert "Pre-flight</a></h2>" not in page, "it flies with our IdP"


def test_with_the_demos_own_idp_nobody_is_left_unasked(client):
    page = fetch(client, "/")
    assert "not asked" not in page
    assert ">Acme IdP</text>" in page
    assert "Acme reads its policy" in page

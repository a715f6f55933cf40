"""The launchpad asks the parties how they are, all at once, and a silent one is a designed state."""

import html
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from django.utils.html import strip_tags

from stage.launchpad import parties
from stage.launchpad.parties import AGENT0, IDP, PARTIES, TODO0, TODO0_MCP, Party, fetch_health


def test_it_hears_that_all_are_well(all_well):
    assert [answer.party for answer in fetch_health(allow_private=True)] == list(PARTIES)
    assert all(answer.is_well for answer in fetch_health(allow_private=True))


def test_it_names_the_party_that_refuses_the_connection(all_well):
    all_well.replace("GET", f"{TODO0.url}/health", body=requests.ConnectionError("refused"))
    silent = [answer for answer in fetch_health(allow_private=True) if not answer.is_well]
    assert [answer.party for answer in silent] == [TODO0]
    assert "no answer" in silent[0].reason


def test_it_tells_a_party_that_answers_badly_from_one_that_is_well(all_well):
    all_well.replace("GET", f"{IDP.url}/health", body="database unavailable", status=503)
    reasons = {answer.party.place: answer.reason for answer in fetch_health(allow_private=True)}
    assert reasons == {"agent0": "", "idp": "answered 503, expected 200", "todo0": "", "api": ""}


def test_it_reaches_no_private_address_unless_told_so(all_well):
    assert not any(answer.is_well for answer in fetch_health(allow_private=False))


@pytest.mark.django_db
def test_the_page_says_who_is_silent_and_where_to_look(client, all_well):
    all_well.replace("GET", f"{TODO0.url}/health", body=requests.ConnectionError("refused"))
    page = client.get("/").content.decode()
    assert f"Todo0 is not answering on {TODO0.url}." in strip_tags(page)
    assert "terminal that runs <code>make demo</code>" in page
    assert f"{TODO0.url}/health" in page
    assert page.count(">answering") + page.count("answering</span>") >= 2


@pytest.mark.django_db
def test_the_page_names_all_the_silent_in_one_sentence(client, wire):
    text = strip_tags(client.get("/").content.decode())
    assert "Agent0, Acme IdP, Todo0 and Todo0's MCP server are not answering on " in html.unescape(text)
    assert f" on {', '.join(party.url for party in (AGENT0, IDP, TODO0, TODO0_MCP))}." in text


def test_the_page_does_not_wait_for_a_party_that_hangs(hanging_party):
    slow = [hanging_party] * 3
    started = time.monotonic()
    answers = fetch_health(slow, allow_private=True)
    assert not any(answer.is_well for answer in answers)
    assert time.monotonic() - started < 3 * parties.TIMEOUT  # three in a row would need more


@pytest.fixture
def hanging_party():
    release = threading.Event()

    class Hang(BaseHTTPRequestHandler):
        def do_GET(self):
            release.wait(5)

    with ThreadingHTTPServer(("127.0.0.1", 0), Hang) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Party(place=AGENT0.place, name="Slow", url=f"http://127.0.0.1:{server.server_port}", does="hangs")
        release.set()
        server.shutdown()

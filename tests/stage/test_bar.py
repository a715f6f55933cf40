"""The stage's bar: what it says on every page, and what its buttons do and do not do."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.core import signing
from django.shortcuts import render
from django.test import Client

from stage.control.push import DOORS
from stage.kit import addresses, state, ticket
from stage.kit.bar import in_words, read_toast
from stage.kit.registry.faults import load_faults
from stage.kit.state import Armed, Hold, StageState
from stage.kit.ticket import NoTicket, make_ticket, read_ticket
from tests.stage.conftest import KEY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staged")]
NOW = datetime.now(UTC).timestamp()


def page(rf, held=None, path="/chat?of=1", **cookies):
    state.use(held or StageState())
    request = rf.get(path)
    request.COOKIES.update(cookies)
    return render(request, "404.html").content.decode()


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def press(act, way_back="", **form):
    sent = {
        "act": act,
        "ticket": signing.dumps(way_back or f"{addresses.AGENT0_URL}/chat", key=KEY, salt=ticket.SALT),
    }
    return Client(enforce_csrf_checks=True).post("/world", sent | form, headers={"Origin": "null"})


# What it says


def test_on_a_calm_day_it_shows_the_time_and_no_band(rf):
    html = page(rf)
    assert re.search(r"<time datetime=\"[^\"]+\" data-clock>\d\d:\d\d</time> UTC", html)
    assert "Faults: 0" in html
    assert 'class="band' not in html


def test_without_a_stage_there_is_no_bar(rf, settings):
    settings.STAGE_KEY = ""
    html = page(rf, StageState(faults=(Armed("F03"),)))
    assert 'id="world"' not in html
    assert "F03" not in html
    assert "kit/bar" not in html


def test_an_armed_fault_is_on_every_page_with_its_name_and_a_way_out(rf):
    html = page(rf, StageState(faults=(Armed("F03"), Armed("F21", "sticky"))))
    assert "Faults: 2" in html
    labels = {number: fault.label for number, fault in load_faults().items()}
    assert f"Faults armed: F03 {labels['F03']}; F21 {labels['F21']} (until cleared)" in text_of(html)
    assert re.search(r'form="world" name="act" value="clear">Clear all<', html)


def test_a_fault_that_the_registry_does_not_know_is_shown_all_the_same(rf):
    assert "F99" in page(rf, StageState(faults=(Armed("F99"),)))


def test_a_late_world_says_so(rf):
    html = page(rf, StageState(offset=360))
    assert "<b>+6 min</b>" in html
    assert "The world's clock is off by +6 min , for everybody." in text_of(html)


def test_one_partys_wrong_clock_says_so_there_and_the_worlds_time_is_shown_right(rf):
    html = page(rf, StageState(skew=600))
    assert "This place's own clock goes wrong by +10 min" in text_of(html)
    shown = datetime.fromisoformat(re.search(r'<time datetime="([^"]+)"', html)[1]).timestamp()
    assert abs(shown - NOW) < 120


def test_a_closed_gate_says_so_on_every_page_with_a_way_in_and_a_way_out(rf):
    html = page(rf, StageState(hold=Hold(NOW, NOW + 290)))
    assert "The gate is closed , for 5 minutes at most." in text_of(html)
    assert f'href="{addresses.STAGE_URL}/recorder/gate"' in html
    for act in ("next", "release"):
        assert f'form="world" name="act" value="{act}"' in html
    assert "data-clock" not in html, "a clock that stands still does not tick"


def test_a_gate_whose_time_is_up_is_open(rf):
    assert "The gate is closed" not in page(rf, StageState(hold=Hold(NOW - 300, NOW - 1)))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, ""),
        (0.4, ""),
        (42, "+42 s"),
        (-42, "\N{MINUS SIGN}42 s"),
        (120, "+2 min"),
        (358, "+6 min"),
        (3840, "+1 h 4 min"),
    ],
)
def test_seconds_in_words(seconds, words):
    assert in_words(seconds) == words


def test_a_toast_tells_of_a_reset_and_offers_the_undo(rf):
    html = page(rf, stage_toast="reset-0.3")
    assert "World reset in 0.3 s. Undo possible for 30 s" in text_of(html)
    assert "Undo" not in page(rf, stage_toast="undone-0.2")
    assert "But not at Todo0 and the IdP" in page(rf, stage_toast="reset-0.3-todo0.idp")


@pytest.mark.parametrize("cookie", ["", "reset", "reset-0.3-evil", "<b>", "reset-0.3.", "reset-999.9"])
def test_any_other_toast_says_nothing(rf, cookie):
    assert read_toast(cookie) is None
    assert 'class="band' not in page(rf, stage_toast=cookie)


# The way back


def test_a_ticket_leads_to_the_page_it_stood_on(rf, settings):
    settings.PLACE = "todo0"
    assert read_ticket(make_ticket(rf.get("/todos?only=mine"))) == f"{addresses.TODO0_URL}/todos?only=mine"


def test_a_page_that_answers_a_form_leads_to_the_page_before_it(rf, settings):
    settings.PLACE = "agent0"
    at_home = rf.post("/chat/ask", headers={"Referer": f"{addresses.AGENT0_URL}/chat"})
    assert read_ticket(make_ticket(at_home)) == f"{addresses.AGENT0_URL}/chat"
    from_afar = rf.post("/chat/ask", headers={"Referer": "https://evil.example/chat"})
    assert read_ticket(make_ticket(from_afar)) == f"{addresses.AGENT0_URL}/"


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "no ticket",
        signing.dumps(addresses.AGENT0_URL, key="another key", salt=ticket.SALT),
        signing.dumps(addresses.AGENT0_URL, key=KEY, salt="another purpose"),
        signing.dumps("https://evil.example/", key=KEY, salt=ticket.SALT),
        signing.dumps(f"{addresses.AGENT0_URL}.evil.example/", key=KEY, salt=ticket.SALT),
        signing.dumps("//evil.example/", key=KEY, salt=ticket.SALT),
        signing.dumps("javascript:alert(1)", key=KEY, salt=ticket.SALT),
    ],
)
def test_it_refuses_a_ticket_that_is_none_of_ours_and_does_nothing(parties, forged):
    with pytest.raises(NoTicket):
        read_ticket(forged)
    answer = press("clear", ticket=forged)
    assert answer.status_code == 403
    assert "That page was open for too long" in answer.content.decode()
    assert len(parties.calls) == 0


def test_it_refuses_a_ticket_of_hours_ago(parties, monkeypatch):
    monkeypatch.setattr(ticket, "LIFETIME", -1)
    assert press("jump-120").status_code == 403
    assert len(parties.calls) == 0


# The buttons


@pytest.mark.parametrize("act", ["jump-120", "clear", "hold", "release", "again"])
def test_a_button_acts_on_every_party_and_leads_back(parties, act):
    answer = press(act)
    assert (answer.status_code, answer["Location"]) == (302, f"{addresses.AGENT0_URL}/chat")
    assert {call.request.url.split("/-/")[0] for call in parties.calls} == {door.url for door in DOORS}


def test_each_jump_is_of_its_own_length(parties):
    press("jump-120")
    press("jump-360")
    assert json.loads(parties.calls[-1].request.body)["offset"] == 480


def test_who_did_not_hear_is_named_with_a_way_to_mend_it(wire):
    wire.post(f"{addresses.AGENT0_URL}/-/stage/clock", json={})
    wire.post(f"{addresses.IDP_URL}/-/stage/clock", status=503)
    answer = press("jump-120")
    assert answer.status_code == 502
    said = text_of(answer.content.decode())
    assert "Todo0 and Acme IdP did not hear it" in said
    assert "answered 503, expected 200" in said
    assert "Tell everybody again" in said


@pytest.mark.parametrize("act", ["", "explode", "next-year"])
def test_it_refuses_a_button_that_there_is_not(parties, act):
    assert press(act).status_code == 404


def test_it_refuses_to_be_read(parties):
    assert Client().get("/world").status_code == 405


def test_without_a_stage_the_address_does_not_exist(settings, parties):
    settings.STAGE_KEY = ""
    assert press("clear").status_code == 404


def test_an_undo_that_comes_too_late_is_told_with_a_way_back(parties):
    answer = press("undo")
    assert answer.status_code == 409
    assert f'href="{addresses.AGENT0_URL}/chat"' in answer.content.decode()

"""The live page: it asks for what is new, which costs one statement, stops, and follows the next flow."""

import gzip
import re
from html import unescape

import pytest
from django.contrib.staticfiles import finders

from stage.recorder.models import Record
from stage.recorder.views import LIVELY, PATIENCE
from tests.stage.evidence import ACT, SIGN_IN, build, lay_down, load, target_of

pytestmark = pytest.mark.django_db
MOST_SCRIPT = 60 * 1024


def ask(client, trace=ACT, **query):
    return client.get(f"/recorder/traces/{trace}/live", query)


def assert_is_the_page(answer):
    """htmx puts its main part where that of the page is."""
    told = {name: answer.headers[name] for name in ("HX-Retarget", "HX-Reselect", "HX-Reswap")}
    assert told == {"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML show:window:top"}
    html = answer.content.decode()
    assert html.index('<main id="main"') < html.index('id="trace-status"') < html.index('id="hop-list"')
    assert "<title>" in html


def last_seq(*traces):
    rows = Record.objects.filter(trace_id__in=traces) if traces else Record.objects
    return rows.order_by("-seq").first().seq


def test_no_news_is_one_statement_and_the_next_question(client, django_assert_num_queries):
    lay_down("rest")
    seen = last_seq()
    with django_assert_num_queries(1):
        html = ask(client, after=seen, idle=3).content.decode()
    assert "idle=4" in html
    assert "hop-list" not in html


def test_news_bring_the_list_the_facts_and_one_sentence_for_the_live_region(client, django_assert_num_queries):
    lay_down("mcp")
    with django_assert_num_queries(3):
        html = ask(client, after=1, hop=9).content.decode()
    assert re.search(r'<div id="hop-list" hx-swap-oob="true">', html)
    assert re.search(r'<p id="trace-status" hx-swap-oob="innerHTML">Hop 13 of 13 passed\.</p>', html)
    assert f"after={last_seq(ACT)}" in html


def test_who_has_chosen_a_hop_keeps_it_and_who_has_not_sees_the_newest(client):
    lay_down("mcp")
    assert 'id="detail"' not in ask(client, after=1, hop=9).content.decode()
    html = ask(client, after=1).content.decode()
    assert re.search(r'<section class="detail" id="detail"[^>]* hx-swap-oob="true">', html)
    assert re.search(r'id="hop-13" href="[^"]*" aria-current="true"', html)


def test_a_link_keeps_nothing_of_the_polling(client):
    lay_down("mcp")
    html = ask(client, after=1, idle=2, follow="").content.decode()
    assert re.findall(r'class="hop__link"[^>]*href="[^"]*(?:after|idle|follow)=', html) == []


def test_it_stops_when_the_trace_is_quiet_and_says_so(client):
    lay_down("rest")
    html = ask(client, after=last_seq(), idle=PATIENCE).content.decode()
    assert "hx-get" not in html
    assert "has stopped asking" in html
    assert "Look again" in html


def test_a_flow_that_is_over_is_not_watched_for_long(client):
    lay_down("rest")
    html = client.get(f"/recorder/traces/{ACT}").content.decode()
    assert int(re.search(r"live\?[^\"]*idle=(\d+)", html)[1]) > PATIENCE / 2


def test_it_asks_half_as_often_when_nothing_has_come_for_a_while(client):
    lay_down("rest")
    seen = last_seq()
    pauses = [
        int(re.search(r"load delay:(\d+)ms", ask(client, after=seen, idle=idle, follow=1).content.decode())[1])
        for idle in (0, LIVELY, 10 * PATIENCE)
    ]
    assert pauses == [200, 400, 400]
    html = client.get(f"/recorder/traces/{ACT}").content.decode()
    assert "load delay:400ms" in html, "the flow is over"


def test_the_live_page_follows_the_newest_flow(client):
    assert "Waiting for a flow" in client.get("/recorder/live").content.decode()
    for row in load("rest"):
        if row["trace_id"] == SIGN_IN:
            build(row).save()
    assert client.get("/recorder/live").url == f"/recorder/traces/{SIGN_IN}?follow=1"
    seen = last_seq()
    for row in load("rest"):
        if row["trace_id"] == ACT:
            build(row).save()
    answer = ask(client, trace=SIGN_IN, after=seen, follow=1)
    assert answer.headers["HX-Replace-Url"] == f"/recorder/traces/{ACT}?follow=1"
    assert_is_the_page(answer)
    question = re.search(rf'hx-get="/recorder/traces/{ACT}/live\?([^"]*)"', answer.content.decode())[1]
    assert "follow=1" in question
    assert "HX-Retarget" not in ask(client, trace=SIGN_IN, after=seen).headers


def test_a_page_that_was_opened_before_the_first_hop_is_another_when_there_is_one(client):
    """It has no diagram yet that news could go into."""
    rows = [row for row in load("rest") if row["trace_id"] == ACT]
    asked = [row for row in rows if row["kind"] == "producer" or "/chat/ask" in target_of(row)]
    for row in asked:
        build(row).save()
    html = client.get(f"/recorder/traces/{ACT}?follow=1").content.decode()
    assert "hop-list" not in html
    question = unescape(re.search(r'hx-get="([^"]+)"', html)[1])
    assert "bare=1" in client.get(question).content.decode(), "nothing is new"
    news_without_a_hop = re.sub(r"after=\d+", "after=0", question)
    assert "bare=1" in client.get(news_without_a_hop).content.decode()
    for row in rows:
        if row not in asked:
            build(row).save()
    answer = client.get(question)
    assert answer.headers["HX-Replace-Url"] == f"/recorder/traces/{ACT}?follow=1"
    assert_is_the_page(answer)
    html = client.get(f"/recorder/traces/{ACT}?follow=1").content.decode()
    assert "hop-list" in html
    assert "bare=1" not in html


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "1.5"])
def test_a_number_that_is_none_counts_as_nothing(client, number):
    lay_down("rest")
    assert ask(client, after=number).status_code == 200


def test_htmx_may_neither_evaluate_nor_style(client):
    lay_down("rest")
    html = client.get(f"/recorder/traces/{ACT}").content.decode()
    config = re.search(r"<meta name=\"htmx-config\" content='([^']+)'", html)[1]
    assert '"allowEval": false' in config
    assert '"includeIndicatorStyles": false' in config
    assert not re.search(r"hx-on|hx-vals='js|hx-trigger=\"[^\"]*\[", html)


def test_the_script_of_the_recorder_is_small(client):
    lay_down("rest")
    html = client.get(f"/recorder/traces/{ACT}").content.decode()
    scripts = re.findall(r'<script[^>]* src="/static/([^"]+)"', html)
    assert {"django_htmx/htmx-2.min.js", "recorder/recorder.js"} < set(scripts)
    size = sum(len(gzip.compress(open(finders.find(name), "rb").read())) for name in scripts)  # noqa: SIM115, PTH123
    assert size <= MOST_SCRIPT

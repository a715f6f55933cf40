"""Calls that came without a trace: they are listed, those that share a token together, and nobody else's are."""

import re

import pytest

from stage.recorder.strangers import join, load_calls
from tests.stage.evidence import build, lay_down, load, target_of

pytestmark = pytest.mark.django_db


def call_by_hand(*targets):
    """The calls of a recorded flow, as they would be if somebody had made each by hand: no trace, one side."""
    servers = [row for row in load("rest") if row["kind"] == "server"]
    for number, target in enumerate(targets, start=1):
        row = next(row for row in reversed(servers) if target_of(row) == target)
        alone = {"trace_id": f"{number:032x}", "parent_span_id": "", "linked_trace_ids": []}
        build(row | alone).save()


def fetch(client):
    return client.get("/recorder/strangers").content.decode()


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_exchange_redemption_and_call_are_one_series_by_their_tokens(client):
    call_by_hand("/acme/token", "/oauth/token", "/api/todos")
    html = fetch(client)
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", html) == [
        '<span class="mono">agent0-at-todo0</span> <span class="muted small">3 calls</span>'
    ]
    assert re.findall(r'<th scope="row"><a href="/recorder/traces/([0-9a-f]+)">([^<]+)</a>', html) == [
        (f"{1:032x}", "Token exchange"),
        (f"{2:032x}", "Redeem the ID-JAG"),
        (f"{3:032x}", "API call"),
    ]
    assert "agent0-at-todo0" in text_of(html), "the client, by what its ID-JAG says"
    given, shown = re.findall(r'chip chip--id-jag">(JAG-[0-9a-f]{4})<', html)
    assert given == shown


def test_calls_that_share_nothing_stand_apart_in_one_list_the_newest_first(client):
    metadata = "/.well-known/oauth-authorization-server", "/acme/.well-known/openid-configuration"
    call_by_hand("/oauth/token", metadata[0], "/acme/token", metadata[1])
    series = join(load_calls())
    assert [[call.exchange.path for call in one.calls] for one in series] == [
        ["/oauth/token", "/acme/token"],
        [metadata[1], metadata[0]],
    ]
    assert "Without a token in common 2 calls" in text_of(fetch(client))


def test_what_belongs_to_a_flow_or_was_asked_by_a_browser_is_not_here(client):
    lay_down("rest")
    [series] = join(load_calls())
    [call] = series.calls
    assert call.exchange.request.header("User-Agent").startswith("Python-urllib"), (
        "who made the records asked this"
    )


def test_where_nobody_has_called_it_says_how_to(client):
    assert "take its curl command" in text_of(fetch(client))


def test_alone_it_is_named_for_what_it_is(client):
    call_by_hand("/oauth/token")
    assert "By hand: Redeem the ID-JAG</h1>" in client.get(f"/recorder/traces/{1:032x}").content.decode()


def test_the_history_leads_there(client):
    assert 'href="/recorder/strangers"' in client.get("/recorder/").content.decode()

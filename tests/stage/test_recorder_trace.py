"""R-1: a trace is put together from what both sides recorded, hop by hop, and its page shows it as captured."""

import json
import re
from urllib.parse import parse_qsl

import pytest

from stage.recorder.fold import fold
from stage.recorder.models import Record
from stage.recorder.trace import NoSuchTrace, assemble, load_trace
from tests.stage.evidence import ACT, SIGN_IN, build, lay_down, load, target_of

pytestmark = pytest.mark.django_db
TABS = ("story", "request", "response", "token", "checks", "code", "sides")


def page_of(client, trace=ACT, **query):
    answer = client.get(f"/recorder/traces/{trace}", query)
    assert answer.status_code == 200
    return answer.content.decode()


def change(name, *, place, kind="server", path="", **changes):
    """Lay down the flow ``name`` with other words in the one record that is meant."""
    rows = load(name)
    (row,) = [
        row for row in rows if (row["place"], row["kind"]) == (place, kind) and target_of(row).startswith(path)
    ][-1:]
    row |= changes
    for each in rows:
        build(each).save()


def test_the_happy_path_over_mcp_has_all_thirteen_hops_in_their_order():
    trace = load_trace(lay_down("mcp"))
    assert [hop.key for hop in trace.hops] == [str(number) for number in range(1, 14)]
    assert trace.missing == []
    assert (trace.verdict, trace.person) == ("passed", "Alice Anders")


def test_what_was_not_needed_is_missing_with_a_reason():
    """As with settings that name the authorization server: nobody has to ask the API who guards it."""
    rows = [row for row in load("rest") if row["trace_id"] in (ACT, SIGN_IN) and target_of(row) != "/api"]
    trace = assemble(ACT, [build(row) for row in rows])
    assert [kind.number for kind in trace.missing] == [7]
    assert "settings already say" in trace.missing[0].absent


def test_each_hop_between_servers_is_known_from_both_of_its_sides():
    trace = load_trace(lay_down("mcp"))
    both = [hop.number for hop in trace.hops if hop.lead.wire and hop.lead.server]
    assert both == ["5", "6", "7", "8", "9", "10", "11", "12", "13"]
    assert all(hop.lead.wire is None and hop.origin.key == "you" for hop in trace.hops[:4])


def test_a_sign_in_alone_has_its_own_six_hops():
    lay_down("rest")
    trace = load_trace(SIGN_IN)
    assert [hop.key for hop in trace.hops] == ["1", "2", "3", "4", "5", "6"]
    assert (trace.title, trace.missing) == ("Sign-in", [])


def test_a_sign_in_at_todo0_is_no_request_to_act_though_todo0_fetches_keys_in_it():
    shared = [("idp", "/acme/authorize?"), ("idp", "/acme/login"), ("todo0", "/acme/keys")]
    rows = [
        row
        for row in load("rest")
        if any(row["place"] == at and target_of(row).startswith(path) for at, path in shared)
    ]
    trace = assemble(ACT, [build(row) for row in rows])
    assert [hop.key for hop in trace.hops] == ["2", "3", "12"]
    assert (trace.title, [kind.number for kind in trace.missing]) == ("Sign-in", [1, 4, 5, 6])


def test_a_trace_is_told_by_what_was_asked():
    assert load_trace(lay_down("rest")).title == 'Add "Book venue for offsite"'


def test_a_refusal_that_the_happy_path_has_is_no_failure():
    """Hop 7 is answered 401, and behind it A1 says no: that is how an API is asked who guards it."""
    trace = load_trace(lay_down("mcp"))
    hop = trace.find_hop("7")
    assert hop.lead.status == 401
    assert hop.lead.checks[0]["outcome"] == "failed"
    assert hop.outcome == "passed"


def test_the_first_check_that_refused_is_the_cause(client):
    verdicts = [
        {"number": "R7", "name": "check_audience", "title": "aud is exactly this server", "outcome": "failed",
         "note": "aud: expected 'a', found 'b'"},
        {"number": "R8", "name": "check_client", "title": "client", "outcome": "not reached", "note": ""},
    ]  # fmt: skip
    rows = load("rest")
    for row in rows:
        if target_of(row) == "/oauth/token":
            row["exchange"]["response"]["status"] = 400
            row["checks"] = verdicts if row["kind"] == "server" else []
    for row in rows:
        if "/api/todos" not in target_of(row):
            build(row).save()
    trace = load_trace(ACT)
    assert (trace.verdict, trace.failure.key, trace.failure.failed_check["number"]) == ("failed", "11", "R7")
    html = page_of(client)
    assert "denied by check R7" in html
    assert re.search(r'id="hop-11" href="[^"]*" aria-current="true">', html), "failure first"


def test_a_try_after_a_failure_is_a_hop_of_its_own_and_the_flow_has_recovered():
    rows = load("rest")
    (again,) = [row for row in rows if target_of(row) == "/oauth/token" and row["kind"] == "client"]
    first = {
        **again,
        "span_id": "f" * 16,
        "started_at": "2026-11-28T17:16:45.572+00:00",
        "exchange": {**again["exchange"], "response": None, "error": "refused"},
    }
    trace = assemble(ACT, [build(row) for row in (*rows[:-4], first, *rows[-4:])])
    tries = [(hop.key, hop.outcome) for hop in trace.hops if hop.number == "11"]
    assert tries == [("11", "no answer"), ("11.2", "passed")]
    assert trace.verdict == "recovered"


def test_an_idp_that_is_not_there_is_seen_where_agent0_had_to_ask_who_it_is():
    """A fresh world has Agent0 fetch the metadata of both servers, and hop 8 is about Todo0's."""
    rows = load("rest")
    (known,) = [row for row in rows if "/oauth-protected-resource/" in target_of(row) and row["kind"] == "client"]
    silent = {
        **known,
        "span_id": "f" * 16,
        "started_at": known["ended_at"],
        "exchange": {
            **known["exchange"],
            "url": "http://localhost:8003/acme/.well-known/openid-configuration",
            "request": {**known["exchange"]["request"], "target": "/acme/.well-known/openid-configuration"},
            "response": None,
            "error": "refused",
        },
    }
    at = rows.index(known) + 1
    trace = assemble(ACT, [build(row) for row in (*rows[:at], silent, *rows[at:])])
    assert [(hop.number, hop.target.key) for hop in trace.hops if hop.outcome == "no answer"] == [("8", "idp")]
    assert [hop.outcome for hop in trace.hops if hop.number == "8"][-2:] == ["no answer", "passed"], "another try"
    assert trace.verdict == "recovered"
    whole = assemble(ACT, [build(row) for row in rows])
    assert "no answer" not in [hop.outcome for hop in whole.hops]


def test_every_hop_is_a_list_item_that_says_it_all_in_words(client):
    lay_down("mcp")
    html = page_of(client)
    said = re.findall(r'<span class="hop__text">([^<]+)</span>', html)
    assert len(said) == 13
    assert re.fullmatch(r"9\. Agent0 to Acme IdP: Token exchange\. Answered 200 in \d+ ms, passed\.", said[8])
    assert html.count('class="hop__picture" aria-hidden="true"') == 13


@pytest.mark.parametrize("tab", TABS)
def test_every_hop_has_every_tab_without_a_script(client, tab):
    lay_down("mcp")
    for number in range(1, 14):
        html = page_of(client, hop=number, tab=tab)
        assert f'tab={tab}#hop" aria-current="page"' in html
        assert not re.search(r"\{person|\{\{|\{%", html), "a word is not filled in"


def test_a_request_is_shown_as_captured_parameter_by_parameter(client):
    lay_down("rest")
    recorded = next(
        record
        for record in Record.objects.filter(place="agent0", kind="client")
        if "token-exchange" in record.exchange["request"]["body"]
    )
    html = page_of(client, hop=9, tab="request")
    for name, value in parse_qsl(recorded.exchange["request"]["body"]):
        assert f'<dt class="mono">{name}</dt>' in html
        assert value in html.replace("&quot;", '"') or name == "subject_token"
    assert "the issuer of the resource app" in html, "what audience means"


def test_the_raw_message_has_its_headers_in_their_order(client):
    lay_down("rest")
    html = page_of(client, hop=9, tab="request", raw=1)
    raw = re.search(r'<pre class="raw"[^>]*>(.*?)</pre>', html, flags=re.DOTALL)[1]
    assert raw.startswith("POST /acme/token\nHost: ")
    assert "Authorization: Basic [redacted]" in raw


def test_no_signature_and_no_secret_is_on_any_page(client):
    lay_down("rest")
    for number in range(1, 14):
        for tab in TABS:
            html = page_of(client, hop=number, tab=tab, raw=1)
            assert not re.search(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{20,}", html)
            assert "alice-demo-only" not in html


def test_a_trace_takes_two_statements(client, django_assert_num_queries):
    lay_down("mcp")
    with django_assert_num_queries(2):
        page_of(client, hop=9)


def test_what_was_dropped_is_told(client):
    change("rest", place="idp", path="/acme/token", dropped=3)
    assert "3 records dropped" in page_of(client)


def test_nothing_is_said_of_drops_when_there_were_none(client):
    lay_down("rest")
    assert "dropped" not in page_of(client)


def test_an_unknown_trace_is_a_page_that_is_not_there(client):
    assert client.get(f"/recorder/traces/{'0' * 32}").status_code == 404
    with pytest.raises(NoSuchTrace):
        load_trace("0" * 32)


def test_a_hop_that_is_not_there_gives_way_to_the_first(client):
    lay_down("rest")
    assert 'hop=1#hop" aria-current="true"' in page_of(client, hop="99")


def test_the_latest_flow_is_one_address_away(client):
    assert client.get("/recorder/latest").url == "/recorder/"
    lay_down("rest")
    assert client.get("/recorder/latest").url == f"/recorder/traces/{ACT}"


def test_a_flight_in_one_trace_has_the_same_hops():
    """*Run the flow for me* gives all its requests one trace, from a caller that records nothing."""
    rows = [{**row, "trace_id": ACT, "linked_trace_ids": []} for row in load("mcp")]
    for row in rows:
        if row["kind"] == "server" and not row["parent_span_id"]:
            row["parent_span_id"] = "e" * 16
    trace = assemble(ACT, [build(row) for row in rows])
    assert [hop.key for hop in trace.hops] == [str(number) for number in range(1, 14)]
    assert all(hop.origin.key == "you" for hop in trace.hops[:4])


def test_a_servers_record_waits_for_that_of_a_caller_who_records():
    rows = [row for row in load("rest") if row["place"] != "agent0" or row["kind"] != "client"]
    (kept,) = [row for row in load("rest") if row["place"] == "agent0" and row["kind"] == "client"][-1:]
    trace = assemble(ACT, [build(row) for row in [*rows, kept]])
    own = [hop.key for hop in trace.hops if hop.lead.record.trace_id == ACT]
    assert own == ["12", "13"], "Todo0's own call, and the one whose caller has delivered"


def test_a_program_without_records_of_its_own_plays_agent0s_part():
    """Somebody's own client (lab 14): no caller's record, no browser, no sign-in."""
    rows = [
        {**row, "parent_span_id": ""}
        for row in load("rest")
        if row["kind"] == "server" and target_of(row).split("/")[-1] in ("token", "todos")
    ]
    own = [row for row in rows if row["trace_id"] == ACT]
    trace = assemble(ACT, [build({**row, "linked_trace_ids": []}) for row in own])
    assert [hop.key for hop in trace.hops] == ["9", "10", "11", "13"]
    assert {hop.origin.name for hop in trace.hops if not hop.is_answer} == {"A program of yours"}


def test_the_thirteen_fold_into_four_steps_with_the_token_that_each_is_about(client):
    trace = load_trace(lay_down("mcp"))
    folds = fold(trace)
    assert [(one.step.title, one.hop.key) for one in folds] == [
        ("Sign in", "5"), ("Exchange", "9"), ("Redeem", "11"), ("Call", "13"),
    ]  # fmt: skip
    assert sorted(hop.key for one in folds for hop in one.hops) == sorted(hop.key for hop in trace.hops)
    html = page_of(client, fold=4, hop=10)
    assert html.count('class="hop__picture"') == 4
    assert re.search(r'id="hop-9" data-step="2"[^>]* aria-current="true"', html), "hop 10 folds into step 2"
    assert re.search(
        r"Step 2 of 4, Exchange\. Answered 200 in \d+ ms, passed\. ID-JAG JAG-[0-9a-f]{4} comes back", html
    )
    assert re.search(r'rel="next"[^>]* href="[^"]*hop=11[^"]*fold=4|fold=4[^"]*hop=11', html)


def test_a_step_with_a_failure_shows_that_hop():
    rows = [row for row in load("rest") if row["trace_id"] in (ACT, SIGN_IN)]
    for row in rows:
        if target_of(row).startswith("/.well-known/oauth-protected-resource"):
            row["exchange"]["response"]["status"] = 503
    before = ("/chat/ask", "/api", "/.well-known/oauth-protected-resource/api")
    kept = [row for row in rows if row["trace_id"] == SIGN_IN or target_of(row) in before]
    folds = fold(assemble(ACT, [build(row) for row in kept]))
    assert [(one.hop.key, one.hop.outcome) for one in folds] == [("5", "passed"), ("8", "failed")]


def test_in_a_frame_the_four_steps_are_the_beginning(client):
    lay_down("rest")
    framed = client.get(f"/recorder/traces/{ACT}", headers={"Sec-Fetch-Dest": "iframe"}).content.decode()
    assert framed.count('class="hop__picture"') == 4
    assert "fold=4" in re.search(r'id="hop-9"[^>]* href="([^"]+)"', framed)[1], "and stay so at the next click"
    assert page_of(client).count('class="hop__picture"') == 13


@pytest.mark.parametrize(
    ("hop", "fold", "leads_to"),
    [
        (1, "", {"next": "2", "last": "13"}),
        (2, "", {"first": "1", "back": "1", "next": "3", "last": "13"}),
        (13, "", {"first": "1", "back": "12"}),
        (11, "4", {"first": "5", "back": "9", "next": "13", "last": "13"}),
    ],
)
def test_the_replay_leads_by_links_to_the_hops_beside_and_to_both_ends(client, hop, fold, leads_to):
    lay_down("mcp")
    html = page_of(client, hop=hop, fold=fold)
    links = re.findall(r'<a class="button[^"]*" data-player="(\w+)"[^>]* href="\?[^"]*hop=([\d.]+)', html)
    assert dict(links) == leads_to
    assert html.count('aria-disabled="true"') == 4 - len(leads_to)


def test_a_token_says_in_words_for_whom_it_is(client):
    lay_down("rest")
    assert "ID-JAG given, for <strong>Todo0&#x27;s authorization server</strong>" in page_of(client, hop=10)


def test_what_the_worker_is_not_done_with_is_under_way(client):
    rows = [row for row in load("rest") if row["kind"] != "consumer"]
    for row in rows:
        build(row).save()
    assert load_trace(ACT).verdict == "running"
    assert "under way" in page_of(client)


def test_what_it_takes_up_again_is_under_way_until_that_is_done_too(client):
    """After a restart, or a worker that was killed: only what is done after the last word to it counts."""
    lay_down("rest")
    again = build(next(row for row in load("rest") if row["kind"] == "producer"))
    again.span_id = "9" * 16
    again.started_at = again.ended_at = Record.objects.get(trace_id=ACT, kind="consumer").ended_at
    again.save()
    assert load_trace(ACT).is_under_way
    done = build(next(row for row in load("rest") if row["kind"] == "consumer"))
    done.span_id, done.started_at = "8" * 16, again.ended_at
    done.save()
    assert not load_trace(ACT).is_under_way


def test_an_idp_has_the_name_of_the_enterprise_that_was_asked(client):
    for row in load("rest"):
        row["exchange"] = json.loads(json.dumps(row["exchange"]).replace("/acme", "/globex"))
        build(row).save()
    html = page_of(client, hop=9)
    assert "Agent0 to Globex IdP: Token exchange" in html
    assert '<span class="lane__owner">Globex</span>' in html
    assert "Acme" not in re.sub(r"<nav.*?</nav>|by its name at Acme", "", html, flags=re.DOTALL)

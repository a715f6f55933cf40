"""Which things belong together: a sign-in is one trace, and whatever is asked for another, linked to it."""

import re
import time

from tests.cast import ALICE
from tests.flow.demo import wait_for
from tests.flow.evidence import Record, read_records
from tests.flow.people_at_work import Card, ask, find_rested, find_todo, latest_card, say, sign_in_at_todo0
from tests.flow.recording_proxy import WireExchange
from tests.flow.watched import Watched

SHOWN = re.compile(r"/recorder/traces/([0-9a-f]{32})")


def trace_of(watched: Watched, card: Card) -> list[Record]:
    """The records of the trace that a card leads to."""
    [trace_id] = set(SHOWN.findall(card.html))
    return [one for one in read_records(watched.demo) if one.trace_id == trace_id]


def ask_over_rest(watched: Watched, words: str) -> Card:
    page = watched.alice.open(f"{watched.demo.url('agent0')}/connections")
    watched.alice.submit(page, page.form(action="/connections/way"), way="rest")
    card = ask(watched.alice, watched.demo, words)
    assert card.badge == "done", card.text
    watched.pairs()
    return card


def told(records: list[Record], place: str, path: str) -> list[Record]:
    return [one for one in records if one.place == place and one.exchange.get("request", {}).get("target") == path]


def test_a_sign_in_is_one_trace_from_the_open_door_to_the_keys(watched: Watched) -> None:
    watched.pairs()
    records = read_records(watched.demo)
    [front] = told(records, "agent0", "/")
    sign_in = [one for one in records if one.trace_id == front.trace_id and one.kind == "server"]
    paths = [one.exchange["request"]["target"].partition("?")[0] for one in sorted(sign_in, key=began)]
    pages = ["/", "/signin/start", "/acme/authorize", "/acme/login", "/acme/login", "/acme/authorize/resume"]
    assert [path for path in paths if path in (*pages, "/signin/callback")] == [*pages, "/signin/callback"]
    assert {"/acme/token", "/acme/keys"} <= set(paths)
    assert not {"/chat", "/chat/ask"} & set(paths), "the sign-in ends with the callback"


def began(record: Record) -> str:
    return record.started_at


def test_whatever_is_asked_for_is_a_trace_of_its_own_that_follows_from_the_sign_in(watched: Watched) -> None:
    card = ask_over_rest(watched, 'Add "Trace me"')
    records = trace_of(watched, card)
    assert {(one.place, one.instance) for one in records} == {
        ("agent0", "web"),
        ("agent0", "worker"),
        ("todo0", "web"),
        ("idp", "web"),
    }
    assert {"/chat/ask", "/acme/token", "/oauth/token", "/api/todos"} <= {
        one.exchange["request"]["target"] for one in records if one.kind == "server"
    }
    assert {one.name for one in records if one.kind in ("producer", "consumer")} == {
        "apply_async/agent0.run_job",
        "run/agent0.run_job",
    }
    [front] = told(read_records(watched.demo), "agent0", "/")
    [asked] = told(records, "agent0", "/chat/ask")
    assert asked.linked_trace_ids == [front.trace_id]


def test_each_party_says_in_its_own_log_which_trace_it_was(watched: Watched) -> None:
    card = ask_over_rest(watched, 'Add "Known everywhere"')
    [trace_id] = set(SHOWN.findall(card.html))
    assert trace_id in watched.alice.open(f"{watched.demo.url('agent0')}/activity").html
    page = sign_in_at_todo0(watched.alice, watched.demo, ALICE)
    assert find_todo(page, "Known everywhere")
    assert trace_id in watched.alice.open(page.link("Known everywhere")).html


def test_all_checks_stand_with_the_request_that_they_judged(watched: Watched) -> None:
    records = trace_of(watched, ask_over_rest(watched, 'Add "Judge me"'))
    for place, path, letter, many in (
        ("idp", "/acme/token", "I", 14),
        ("todo0", "/oauth/token", "R", 15),
        ("todo0", "/api/todos", "A", 7),
    ):
        [record] = told(records, place, path)
        numbers = {check["number"] for check in record.checks}
        assert {f"{letter}{number}" for number in range(1, many + 1)} <= numbers, numbers
        assert {check["outcome"] for check in record.checks} == {"passed"}


def test_a_run_that_is_announced_again_goes_on_in_its_trace(watched: Watched) -> None:
    """The queue takes nothing while she asks; the sweeper finds the Run afterwards."""
    queue, aside = watched.demo.folder / "queue", watched.demo.folder / "queue-aside"
    queue.rename(aside)
    queue.write_text("a file is in the way")
    try:
        say(watched.alice, watched.demo, 'Add "Patience"')
        assert "Nothing is lost" in latest_card(watched.alice, watched.demo).said
    finally:
        queue.unlink()
        aside.rename(queue)
    card = wait_for(lambda: find_rested(watched.alice, watched.demo), "the run has not come to rest", patience=60)
    assert card.badge == "done"
    watched.pairs()
    records = trace_of(watched, card)
    assert told(records, "agent0", "/chat/ask")
    assert [one for one in records if one.instance == "worker" and one.kind == "consumer"]
    assert told(records, "todo0", "/api/todos")


def test_a_strangers_traceparent_is_where_it_is_told_and_nothing_else(watched: Watched) -> None:
    stranger = f"00-{'ab' * 16}-{'cd' * 8}-00"
    headers = {"traceparent": stranger, "tracestate": "evil=1"}
    answer = watched.wire.get(
        f"{watched.demo.url('todo0')}/.well-known/oauth-authorization-server", headers=headers
    )
    assert answer.status_code == 200

    def find() -> list[Record]:
        return [one for one in read_records(watched.demo) if one.trace_id == "ab" * 16]

    [record] = wait_for(find, "what says not to be recorded is recorded all the same")
    assert record.parent_span_id == "cd" * 8
    assert not [one for one in watched.exchanges() if one.request.header("tracestate") and not is_from_us(one)]


def is_from_us(exchange: WireExchange) -> bool:
    return exchange.request.header("traceparent").startswith(f"00-{'ab' * 16}-{'cd' * 8}")


def test_a_hop_is_on_the_stage_within_a_second(watched: Watched) -> None:
    """The quickest of five, since this machine may have other things to do."""
    taken = []
    for number in range(5):
        target = f"/?hop={number}"
        watched.wire.get(f"{watched.demo.url('agent0')}{target}")
        since = time.monotonic()
        wait_for(
            lambda target=target: told(read_records(watched.demo), "agent0", target), "it came never", pause=0.02
        )
        taken.append(time.monotonic() - since)
    assert min(taken) < 1, taken

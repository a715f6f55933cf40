"""One variable sends the evidence to any collector that speaks OTLP over HTTP, as docker compose's Jaeger does.

The collector here is a small one of the tests' own, which knows OpenTelemetry's messages and nothing of ours.
"""

import re
from collections.abc import Iterator

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.cast import ALICE
from tests.flow.collector import PROTOBUF, TRACES, Collector, Told, listening
from tests.flow.demo import Demo, free_ports, fresh_folder, on_embedded_parts, running_demo, wait_for
from tests.flow.evidence import read_records
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.stage_side import Stage
from tests.flow.wire import Wire

PARTIES = {"agent0", "idp", "todo0"}
CALLS = ("POST <slug:tenant>/token", "POST oauth/token", "POST api/todos")
WHOLE_JWT = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]{40,}")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[tuple[Demo, Wire, Collector]]:
    """Alice has acted, and all has been told."""
    [port] = free_ports(1)
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://localhost:{port}",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-team=blue",
    }
    with (
        listening(port) as collector,
        fresh_folder() as folder,
        running_demo(folder, **on_embedded_parts(**settings)) as demo,
    ):
        wire = Wire(demo)
        visitor = wire.visitor()
        sign_in_at_agent0(visitor, demo, ALICE)
        assert ask(visitor, demo, 'Add "Told elsewhere"').badge == "done"
        wait_for(lambda: told_names(collector) >= {*CALLS, "run/agent0.run_job"}, "not all have told of the flow")
        yield demo, wire, collector


def find_act(collector: Collector) -> list[Told]:
    """The trace in which Todo0 redeemed, whoever's span it is."""
    told = list(collector.told())
    traces = {one.span.trace_id for one in told if one.service == "todo0" and one.span.name == "POST oauth/token"}
    return [one for one in told if one.span.trace_id in traces]


def told_names(collector: Collector) -> set[str]:
    return {one.span.name for one in find_act(collector)}


def test_every_request_is_what_the_protocol_asks_for_with_the_headers_that_the_operator_sets(
    elsewhere: tuple[Demo, Wire, Collector],
) -> None:
    _, _, collector = elsewhere
    assert collector.requests
    for path, headers, _ in collector.requests:
        assert (path, headers["content-type"], headers["x-team"]) == (TRACES, PROTOBUF, "blue")


def test_the_parties_spans_of_one_request_are_one_tree(elsewhere: tuple[Demo, Wire, Collector]) -> None:
    """What Jaeger draws: each server's span under the span of whoever called it, across processes."""
    act = find_act(elsewhere[2])
    assert {one.service for one in act} == PARTIES
    assert {one.instance for one in act if one.service == "agent0"} == {"web", "worker"}
    by_id = {one.span.span_id: one for one in act}
    for name in CALLS:
        [server] = [one for one in act if one.span.name == name and one.span.kind == Span.SPAN_KIND_SERVER]
        caller = by_id[server.span.parent_span_id]
        assert (caller.service, caller.span.kind) == ("agent0", Span.SPAN_KIND_CLIENT), name
        assert caller.span.start_time_unix_nano <= server.span.start_time_unix_nano


def test_each_verdict_is_an_event_of_a_span(elsewhere: tuple[Demo, Wire, Collector]) -> None:
    events = [event for one in find_act(elsewhere[2]) for event in one.span.events if event.name == "xaa.check"]
    numbers = {next(one.value.string_value for one in event.attributes if one.key == "number") for event in events}
    assert {"I9", "R8", "A4"} <= numbers


def test_no_key_secret_or_whole_token_goes_there(elsewhere: tuple[Demo, Wire, Collector]) -> None:
    demo, wire, collector = elsewhere
    everything = b"\n".join(body + repr(headers).encode() for _, headers, body in collector.requests)
    lines = (demo.folder / "demo.env").read_text(encoding="utf-8").splitlines()
    secrets = [line.partition("=")[2] for line in lines if re.match(r"\w+_(?:SECRET|KEY|SECRET_KEY)=", line)]
    assert len(secrets) > 5
    assert [secret for secret in [*secrets, Stage(wire).key] if secret.encode() in everything] == []
    assert WHOLE_JWT.findall(everything) == []


def test_then_the_stages_recorder_is_told_nothing_and_the_pre_flight_says_so(
    elsewhere: tuple[Demo, Wire, Collector],
) -> None:
    demo, wire, _ = elsewhere
    assert read_records(demo) == []
    told = Stage(wire).post("stage", "preflight", {}).json()
    ill = [one for one in told["findings"] if not one["is_well"] and one["is_tried"]]
    assert [one["title"] for one in ill] == ["The recorder hears everybody"], ill
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in ill[0]["advice"]

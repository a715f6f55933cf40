"""Where evidence arrives: whose it is, what it may look like, and that it is appended once."""

import gzip

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stage.recorder import receiver
from stage.recorder.models import Record

KEY = "test-only-stage-key-0123456789"
PROTOBUF = "application/x-protobuf"


@pytest.fixture(autouse=True)
def _stage_is_on(settings):
    settings.STAGE_KEY = KEY


def batch(*span_ids: int) -> bytes:
    """Spans of one process, each an exchange answered 200."""
    sent = ExportTraceServiceRequest()
    process = sent.resource_spans.add()
    add(process.resource.attributes, "service.name", "todo0")
    add(process.resource.attributes, "service.instance.id", "web")
    spans = process.scope_spans.add().spans
    for span_id in span_ids:
        span = spans.add(trace_id=b"\x01" * 16, span_id=span_id.to_bytes(8), kind=2, name="POST oauth/token")
        span.start_time_unix_nano, span.end_time_unix_nano = 1_800_000_000 * 10**9, 1_800_000_001 * 10**9
        span.links.add(trace_id=b"\x02" * 16, span_id=b"\x02" * 8)
        for name, value in (
            ("http.request.method", "POST"),
            ("url.scheme", "http"),
            ("http.route", "oauth/token"),
            ("xaa.request.target", "/oauth/token?a=b"),
            ("xaa.request.headers", '[["Host","localhost:8002"]]'),
            ("xaa.request.body", "a=b"),
            ("xaa.response.headers", "[]"),
            ("xaa.response.body", "{}"),
            ("xaa.redactions", '["request.form.client_secret"]'),
            ("xaa.tokens", '[{"fp":"JAG-7f3a","kind":"id-jag","where":"request.form.assertion"}]'),
            ("xaa.faults", '["F03"]'),
        ):
            add(span.attributes, name, value)
        for name, number in (("xaa.request.size", 3), ("xaa.response.size", 2), ("xaa.response.status", 200)):
            span.attributes.add(key=name).value.int_value = number
        span.attributes.add(key="xaa.dropped").value.int_value = 4
        event = span.events.add(name="xaa.check", time_unix_nano=1_800_000_000 * 10**9)
        add(event.attributes, "number", "R7")
        add(event.attributes, "outcome", "failed")
    return sent.SerializeToString()


def add(attributes, name, value):
    attributes.add(key=name).value.string_value = value


def post(client, body, *, key=KEY, content_type=PROTOBUF, **headers):
    return client.post(
        "/v1/traces", body, content_type=content_type, headers={"Authorization": f"Bearer {key}", **headers}
    )


@pytest.mark.django_db
def test_it_appends_a_record_a_span(client):
    answer = post(client, batch(1, 2))
    assert (answer.status_code, answer["Content-Type"]) == (200, PROTOBUF)
    record, other = Record.objects.order_by("seq")
    assert (record.trace_id, record.span_id, other.span_id) == ("01" * 16, "0" * 15 + "1", "0" * 15 + "2")
    assert (record.place, record.instance, record.kind) == ("todo0", "web", Record.Kind.SERVER)
    assert record.linked_trace_ids == ["02" * 16]
    assert record.exchange == {
        "method": "POST",
        "url": "http://localhost:8002/oauth/token?a=b",
        "request": {
            "target": "/oauth/token?a=b",
            "headers": [["Host", "localhost:8002"]],
            "body": "a=b",
            "size": 3,
        },
        "response": {"status": 200, "headers": [], "body": "{}", "size": 2},
        "error": "",
        "redactions": ["request.form.client_secret"],
        "tokens": [{"fp": "JAG-7f3a", "kind": "id-jag", "where": "request.form.assertion"}],
    }
    assert [(check["number"], check["outcome"], check["note"]) for check in record.checks] == [
        ("R7", "failed", "")
    ]
    assert (record.faults, record.dropped) == (["F03"], 4)
    assert record.attributes["http.route"] == "oauth/token"


@pytest.mark.django_db
def test_a_span_that_comes_twice_is_kept_once(client):
    post(client, batch(1))
    first = Record.objects.get().seq
    assert post(client, batch(1, 2)).status_code == 200
    assert Record.objects.count() == 2
    assert Record.objects.order_by("seq").first().seq == first


@pytest.mark.django_db
def test_it_takes_gzip(client):
    assert post(client, gzip.compress(batch(1)), **{"Content-Encoding": "gzip"}).status_code == 200
    assert Record.objects.count() == 1


@pytest.mark.django_db
def test_it_refuses_a_stranger(client):
    for key in ("", "another-key", KEY[:-1]):
        assert post(client, batch(1), key=key).status_code == 401
    assert client.post("/v1/traces", batch(1), content_type=PROTOBUF).status_code == 401
    assert not Record.objects.exists()


@pytest.mark.django_db
def test_without_a_key_the_address_does_not_exist(client, settings):
    settings.STAGE_KEY = ""
    assert post(client, batch(1), key="").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "status"),
    [
        (b"{}", "application/json", "identity", 415),
        (b"\xff\xff\xff", PROTOBUF, "identity", 400),
        (b"no gzip", PROTOBUF, "gzip", 400),
        (gzip.compress(batch(1))[:-9], PROTOBUF, "gzip", 400),
        (batch(1), PROTOBUF, "br", 415),
    ],
)
def test_it_refuses_what_it_cannot_read(client, body, content_type, encoding, status):
    answer = post(client, body, content_type=content_type, **{"Content-Encoding": encoding})
    assert answer.status_code == status
    assert b"Expected" in answer.content
    assert not Record.objects.exists()


@pytest.mark.django_db
def test_it_refuses_what_inflates_beyond_the_bound(client, monkeypatch):
    monkeypatch.setattr(receiver, "MAX_BYTES", 4000)
    bomb = gzip.compress(b"\0" * 4001)
    assert len(bomb) < 100
    assert post(client, bomb, **{"Content-Encoding": "gzip"}).status_code == 413
    assert post(client, b"\0" * 4001).status_code == 413
    assert post(client, batch(1), **{"Content-Encoding": "identity"}).status_code == 200


@pytest.mark.django_db
def test_the_oldest_traces_go_whole(client, monkeypatch):
    monkeypatch.setattr(receiver, "KEPT", 3)
    monkeypatch.setattr(receiver, "TRIM_EVERY", 1)
    for trace in range(1, 5):
        sent = ExportTraceServiceRequest.FromString(batch(1, 2))
        for span in sent.resource_spans[0].scope_spans[0].spans:
            span.trace_id = trace.to_bytes(16)
        post(client, sent.SerializeToString())
    left = list(Record.objects.order_by("seq").values_list("trace_id", flat=True))
    assert [trace[-1] for trace in left] == ["3", "3", "4", "4"]

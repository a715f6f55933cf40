"""The queue: posting never waits, what finds no room is counted, and a collector in trouble troubles nobody."""

import logging
import time

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult

from stage.kit.telemetry import outbox
from stage.kit.telemetry.exchange import Body, Exchange, Message
from tests.stage.telemetry_side import Recording


@pytest.fixture
def recording():
    made = Recording()
    yield made
    made.collector.gate.set()
    made.outbox.close()


def tell(recording, name="a span"):
    with recording.tracer.start_as_current_span(name):
        pass


def test_what_is_over_is_told_in_batches_and_in_order(recording):
    for number in range(3):
        tell(recording, str(number))
    assert [span.name for span in recording.told()] == ["0", "1", "2"]
    assert len(recording.collector.batches) == 1


def test_posting_does_not_wait_for_a_collector_that_does_not_answer(recording):
    recording.collector.gate.clear()
    since = time.monotonic()
    for _ in range(50):
        tell(recording)
    assert time.monotonic() - since < 2
    assert not recording.outbox.flush(0.05)


def test_what_finds_no_room_is_dropped_and_the_next_record_says_how_many(recording, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_RECORDS", 2)
    recording.collector.gate.clear()
    tell(recording, "sent")
    while not recording.outbox._is_busy:
        time.sleep(0.01)
    for name in ("first", "second", "lost", "lost"):
        tell(recording, name)
    recording.collector.gate.set()
    told = recording.told()
    assert [span.name for span in told] == ["sent", "first", "second"]
    assert [span.attributes["xaa.dropped"] for span in told] == [0, 2, 2]


def test_bodies_are_bounded_together(recording, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_BYTES", 1000)
    recording.collector.gate.clear()
    for _ in range(3):
        with recording.tracer.start_as_current_span("big") as span:
            exchange = Exchange("POST", "/", Message([], Body(b"a" * 400)))
            recording.spans.attach(span, exchange)
            exchange.complete()
    recording.collector.gate.set()
    assert len(recording.told()) == 2


@pytest.mark.parametrize("answer", [SpanExportResult.FAILURE, RuntimeError("broken")])
def test_what_the_collector_does_not_take_is_counted_and_said_once(recording, caplog, answer):
    recording.collector.answer = answer
    with caplog.at_level(logging.WARNING, "stage.kit.telemetry"):
        for _ in range(2):
            tell(recording)
            recording.told()
        recording.collector.answer = SpanExportResult.SUCCESS
        tell(recording, "well again")
        told = recording.told()
    assert told[-1].attributes["xaa.dropped"] == 2
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [words.partition(";")[0] for words in said] == [
        "The collector does not take evidence, and the flow goes on without",
        "The collector takes evidence again",
    ]


def test_at_the_end_it_says_what_is_still_to_be_said(recording):
    tell(recording, "the last")
    recording.outbox.close()
    assert [span.name for span in recording.collector.spans] == ["the last"]
    tell(recording, "too late")
    assert len(recording.collector.spans) == 1


def test_at_the_end_it_does_not_wait_for_ever(recording, monkeypatch):
    monkeypatch.setattr(outbox, "CLOSE_WITHIN", 0.1)
    recording.collector.gate.clear()
    tell(recording)
    since = time.monotonic()
    recording.outbox.close()
    assert time.monotonic() - since < 3

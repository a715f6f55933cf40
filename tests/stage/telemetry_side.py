"""OpenTelemetry for one test: a provider of its own, and an exporter that keeps what it was given."""

import threading
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from stage.kit.telemetry.finish import Finisher
from stage.kit.telemetry.outbox import Outbox
from stage.kit.telemetry.spans import Spans


class Collector(SpanExporter):
    """``answers`` is what it says to the batches; ``gate`` holds it up while it is closed."""

    def __init__(self, answer: SpanExportResult | Exception = SpanExportResult.SUCCESS) -> None:
        self.answer = answer
        self.batches: list[list[ReadableSpan]] = []
        self.gate = threading.Event()
        self.gate.set()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.gate.wait(10)
        self.batches.append(list(spans))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def spans(self) -> list[ReadableSpan]:
        return [span for batch in self.batches for span in batch]

    def shutdown(self) -> None:
        self.gate.set()


class Recording:
    """``spans`` joins, ``outbox`` queues, ``collector`` has what left."""

    def __init__(self) -> None:
        self.collector = Collector()
        self.outbox = Outbox(self.collector, Finisher())
        self.spans = Spans(self.outbox)
        self.provider = TracerProvider()
        self.provider.add_span_processor(self.spans)
        self.tracer = self.provider.get_tracer("tests")

    def told(self) -> list[ReadableSpan]:
        assert self.outbox.flush(5)
        return self.collector.spans

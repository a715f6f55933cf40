"""Where a span and the bytes of its exchange come together: both have to be over before one record is made.

In the flow: OpenTelemetry's instrumentation makes the spans. That of Django ends with the view, before the server
has taken the body; that of requests ends with the answer. Whichever is over last posts the record.

Deliberately does not: change a span. The outbox makes what leaves the process from both.
"""

from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import Span

from stage.kit.telemetry.exchange import Exchange
from stage.kit.telemetry.outbox import Outbox


class Spans(SpanProcessor):
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._exchanges: dict[int, Exchange] = {}  # by span id, from attach() to the span's end

    def attach(self, span: Span, exchange: Exchange) -> None:
        """``exchange`` is what ``span``, which still goes on, is about."""
        exchange.when_complete = self._post_if_both_are_over
        self._exchanges[span.get_span_context().span_id] = exchange

    def find(self, span: Span) -> Exchange:
        return self._exchanges[span.get_span_context().span_id]

    def on_end(self, span: ReadableSpan) -> None:
        exchange = self._exchanges.pop(span.get_span_context().span_id, None)
        if exchange is None:
            self._outbox.post(span, None)
            return
        exchange.span = span
        self._post_if_both_are_over(exchange)

    def _post_if_both_are_over(self, exchange: Exchange) -> None:
        if exchange.is_complete and exchange.span is not None and not exchange.is_left_out:
            self._outbox.post(exchange.span, exchange)

    def on_start(self, span: Span, parent_context: Any = None) -> None:
        pass

    def shutdown(self) -> None:
        self._outbox.close()

    def force_flush(self, timeout_millis: int = 2000) -> bool:
        return self._outbox.flush(timeout_millis / 1000)

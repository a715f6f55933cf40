"""The queue between serving and telling: posting never waits, and one thread redacts, packs and sends.

In the flow: ``spans`` posts what is over; the thread wakes, waits a moment for what belongs with it, makes each
record fit to leave, and hands the batch to OpenTelemetry's exporter. The queue is bounded in records and in bytes.
What finds no room, and what the collector did not take, is dropped and counted: ``xaa.dropped`` tells.

Deliberately does not: try again. Evidence that is late is worth less than the flow it would slow down.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from stage.kit.telemetry.exchange import Exchange

logger = logging.getLogger("stage.kit.telemetry")

MAX_RECORDS: Final = 2048
MAX_BYTES: Final = 16 * 1024 * 1024
BATCH: Final = 128
DELAY: Final = 0.05
"""Seconds that a record waits for others: somebody may be watching. While a batch is sent, the next gathers."""
CLOSE_WITHIN: Final = 2.0
HEARD: Final = {True: "takes evidence again", False: "does not take evidence, and the flow goes on without"}

Finish = Callable[[ReadableSpan, Exchange | None, int], ReadableSpan]


class Outbox:
    """``finish`` makes of a span and its exchange what may leave the process."""

    def __init__(self, exporter: SpanExporter, finish: Finish) -> None:
        self._exporter = exporter
        self._finish = finish
        self._waiting: deque[tuple[ReadableSpan, Exchange | None]] = deque()
        self._bytes = 0
        self._dropped = 0
        self._is_busy = False
        self._is_closed = False
        self._is_heard = True
        self._changed = threading.Condition()
        self._pid = 0

    def post(self, span: ReadableSpan, exchange: Exchange | None) -> None:
        weight = exchange.weight if exchange else 0
        with self._changed:
            if self._is_closed or len(self._waiting) >= MAX_RECORDS or self._bytes + weight > MAX_BYTES:
                self._dropped += 1
                return
            self._waiting.append((span, exchange))
            self._bytes += weight
            if self._pid != os.getpid():  # threads do not survive a fork, so each process starts its own
                self._pid = os.getpid()
                threading.Thread(target=self._work, name="evidence", daemon=True).start()
            self._changed.notify_all()

    def flush(self, patience: float) -> bool:
        """Wait until all is told, at most ``patience`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._is_busy, patience)

    def close(self) -> None:
        """Say what is still to be said, if that is soon done, and take nothing more."""
        if not self.flush(CLOSE_WITHIN):
            logger.warning("The collector took too long: %s records are lost.", len(self._waiting))
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._exporter.shutdown()

    def _work(self) -> None:
        with suppress_instrumentation():  # telling is not told of
            while batch := self._take():
                self._send(batch)
                with self._changed:
                    self._is_busy = False
                    self._changed.notify_all()

    def _take(self) -> list[tuple[ReadableSpan, Exchange | None]]:
        """The next batch, waited for; nothing when the outbox is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
        if not self._is_closed:
            time.sleep(DELAY)
        with self._changed:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            self._bytes -= sum(exchange.weight for _, exchange in batch if exchange)
            self._is_busy = bool(batch)
            return batch

    def _send(self, batch: list[tuple[ReadableSpan, Exchange | None]]) -> None:
        try:
            ready = [self._finish(span, exchange, self._dropped) for span, exchange in batch]
            is_sent = self._exporter.export(ready) is SpanExportResult.SUCCESS
        except Exception:  # a mistake in here must not end the telling, and has nobody else to tell
            is_sent = False
            logger.exception("A batch of evidence could not be sent.")
        with self._changed:
            self._dropped += 0 if is_sent else len(batch)
        if is_sent is not self._is_heard:
            self._is_heard = is_sent
            logger.warning("The collector %s; dropped so far: %s.", HEARD[is_sent], self._dropped)

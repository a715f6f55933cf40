"""W3C ``traceparent``, read and written (Trace Context §3.2): ``00-<trace id>-<span id>-<flags>``.

Deliberately does not: obey its flags. Whoever sends one chooses which trace a request is told in, and nothing
else: not whether it is recorded, and not what ``tracestate`` goes on to others.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

WRITTEN: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def read(traceparent: str) -> SpanContext | None:
    """The span that it names, or None for what is no ``traceparent``."""
    found = WRITTEN.fullmatch(traceparent)
    if found is None:
        return None
    context = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(1))
    return context if context.is_valid else None


def write(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01" if context.is_valid else ""


def write_current() -> str:
    return write(trace.get_current_span().get_span_context())


@contextmanager
def entered(traceparent: str) -> Iterator[None]:
    context = read(traceparent)
    if context is None:
        yield
        return
    with trace.use_span(NonRecordingSpan(context)):
        yield


def add_link(traceparent: str) -> None:
    context = read(traceparent)
    if context is not None:
        trace.get_current_span().add_link(context)

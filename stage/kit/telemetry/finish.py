"""A span as it leaves the process: what OpenTelemetry noted, and the exchange, both with the secrets taken out.

In the flow: the outbox calls this in its own thread, for each record, just before it is sent.

Deliberately does not: let an exception's text out. It may quote what it stumbled over; its class is enough.
"""

from typing import Any, Final

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Status

from stage.kit.telemetry.exchange import Exchange
from stage.kit.telemetry.redaction.messages import Redactor
from stage.kit.telemetry.verdicts import EVENT

LEFT_OUT: Final = ("url.query", "http.url", "http.target")


class Finisher:
    def __init__(self) -> None:
        self._redactor = Redactor()

    def __call__(self, span: ReadableSpan, exchange: Exchange | None, dropped: int) -> ReadableSpan:
        attributes: dict[str, Any] = {
            name: value for name, value in (span.attributes or {}).items() if name not in LEFT_OUT
        }
        if "url.full" in attributes:
            attributes["url.full"] = self._redactor.address(str(attributes["url.full"]))
        if exchange is not None:
            attributes |= self._redactor.attributes_of(exchange)
        attributes["xaa.dropped"] = dropped
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=attributes,
            events=[_without_text(event) for event in span.events],
            links=span.links,
            kind=span.kind,
            status=Status(span.status.status_code),
            instrumentation_scope=span.instrumentation_scope,
            start_time=span.start_time,
            end_time=span.end_time,
        )


def _without_text(event: Event) -> Event:
    if event.name == EVENT:
        return event
    kept = {name: value for name, value in (event.attributes or {}).items() if name == "exception.type"}
    return Event(event.name, kept, event.timestamp)

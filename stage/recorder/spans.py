"""An OTLP span read into a ``Record``: names of the wire on one side, columns on the other (docs/decisions/0009).

Deliberately does not: trust the text. Whoever has the stage's key may send what it likes; no JSON is nothing.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from stage.recorder.models import Record

KINDS: Final = {
    Span.SPAN_KIND_SERVER: Record.Kind.SERVER,
    Span.SPAN_KIND_CLIENT: Record.Kind.CLIENT,
    Span.SPAN_KIND_PRODUCER: Record.Kind.PRODUCER,
    Span.SPAN_KIND_CONSUMER: Record.Kind.CONSUMER,
}
OURS: Final = "xaa."
CHECK: Final = "xaa.check"


def read_records(sent: ExportTraceServiceRequest) -> Iterator[Record]:
    for process in sent.resource_spans:
        resource = _read_attributes(process.resource.attributes)
        for scope in process.scope_spans:
            for span in scope.spans:
                yield _read_record(span, resource)


def _read_record(span: Span, resource: dict[str, Any]) -> Record:
    said = _read_attributes(span.attributes)
    return Record(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        linked_trace_ids=[link.trace_id.hex() for link in span.links],
        place=str(resource.get("service.name", ""))[:40],
        instance=str(resource.get("service.instance.id", ""))[:40],
        kind=KINDS.get(span.kind, Record.Kind.INTERNAL),
        name=span.name[:200],
        started_at=_read_time(span.start_time_unix_nano),
        ended_at=_read_time(span.end_time_unix_nano),
        exchange=read_exchange(said),
        checks=[_read_check(event) for event in span.events if event.name == CHECK],
        faults=_read_json(said.get("xaa.faults"), list),
        attributes={name: value for name, value in said.items() if not name.startswith(OURS)},
        dropped=max(0, int(said.get("xaa.dropped") or 0)),
    )


def read_exchange(said: dict[str, Any]) -> dict[str, Any]:
    """As ``Record.exchange`` has it; empty for a span that is about something else."""
    if "xaa.request.target" not in said:
        return {}
    request = _read_message(said, "request") | {"target": said["xaa.request.target"]}
    status = said.get("xaa.response.status")
    return {
        "method": str(said.get("http.request.method", "")),
        "url": str(said.get("url.full") or _url_of(said, request)),
        "request": request,
        "response": None if status is None else _read_message(said, "response") | {"status": status},
        "error": str(said.get("error.type", "")) if status is None else "",
        "redactions": _read_json(said.get("xaa.redactions"), list),
        "tokens": _read_json(said.get("xaa.tokens"), list),
    }


def _read_message(said: dict[str, Any], side: str) -> dict[str, Any]:
    return {
        "headers": _read_json(said.get(f"xaa.{side}.headers"), list),
        "body": str(said.get(f"xaa.{side}.body", "")),
        "size": int(said.get(f"xaa.{side}.size") or 0),
    }


def _url_of(said: dict[str, Any], request: dict[str, Any]) -> str:
    """A server knows of its address what the ``Host`` header says."""
    host = next((value for name, value in request["headers"] if name.lower() == "host"), "")
    return f"{said.get('url.scheme', 'http')}://{host}{request['target']}"


def _read_check(event: Span.Event) -> dict[str, Any]:
    said = _read_attributes(event.attributes)
    names = ("number", "name", "title", "outcome", "note")
    at = _read_time(event.time_unix_nano).isoformat()
    return {name: str(said.get(name, "")) for name in names} | {"at": at}


def _read_attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _read_value(pair.value) for pair in pairs}


def _read_value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_read_value(one) for one in value.array_value.values]
    return getattr(value, kind) if kind in ("string_value", "int_value", "double_value", "bool_value") else None


def _read_json(text: Any, kind: type) -> Any:
    try:
        found = json.loads(text) if isinstance(text, str) else kind()
    except ValueError:
        return kind()
    return found if isinstance(found, kind) else kind()


def _read_time(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)

"""Somebody else's collector: takes OTLP over HTTP as its specification has it, and knows nothing of this project.

Deliberately does not: share a line with the stage's own receiver. It decodes with OpenTelemetry's own messages.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

TRACES = "/v1/traces"
PROTOBUF = "application/x-protobuf"


class Told(NamedTuple):
    """One span, and whose it is by its resource."""

    service: str
    instance: str
    span: Span


class Collector:
    """What came in: each request as (path, headers, body), in order."""

    def __init__(self, port: int) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                collector.requests.append((self.path, headers, body))
                is_wanted = self.path == TRACES and headers.get("content-type") == PROTOBUF
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200 if is_wanted else 400)
                self.send_header("Content-Type", PROTOBUF)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, words: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)

    def told(self) -> Iterator[Told]:
        for _, _, body in list(self.requests):
            for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
                of = {one.key: one.value.string_value for one in resource_spans.resource.attributes}
                for scope_spans in resource_spans.scope_spans:
                    for span in scope_spans.spans:
                        yield Told(of["service.name"], of["service.instance.id"], span)


@contextmanager
def listening(port: int) -> Iterator[Collector]:
    collector = Collector(port)
    thread = threading.Thread(target=collector.server.serve_forever, daemon=True)
    thread.start()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()
    thread.join()

"""``POST /v1/traces``: where the parties' evidence arrives, as OTLP over HTTP (OTLP 1, protobuf).

In the flow: a batch of spans a request, from processes that have the stage's key. They are appended in the order
in which they came; one that came already is left as it was, so a sender may repeat itself.

Deliberately does not: take JSON, or keep everything for ever. The traces beyond the newest ``KEPT`` records go.
"""

import gzip
import hmac
import io
from typing import Final

from django.conf import settings
from django.db.models import Max
from django.dispatch import Signal
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from stage.recorder.models import Record
from stage.recorder.spans import read_records

PROTOBUF: Final = "application/x-protobuf"
MAX_BYTES: Final = 32 * 1024 * 1024
"""Of a request, before and after it is inflated. A sender's whole queue is half of that."""
KEPT: Final = 20_000
TRIM_EVERY: Final = 1_000


records_arrived = Signal()
"""Sent with ``records``, when they are stored."""


class Unusable(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@csrf_exempt
@require_POST
def receive_traces(request: HttpRequest) -> HttpResponse:
    if not settings.STAGE_KEY:
        raise Http404
    try:
        check_key(request.headers.get("Authorization", ""))
        append(read_request(request))
    except Unusable as error:
        return HttpResponse(str(error), status=error.status, content_type="text/plain")
    return HttpResponse(ExportTraceServiceResponse().SerializeToString(), content_type=PROTOBUF)


def check_key(authorization: str) -> None:
    expected = f"Bearer {settings.STAGE_KEY}"
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise Unusable(401, "Expected the stage's key as a Bearer token.")


def read_request(request: HttpRequest) -> ExportTraceServiceRequest:
    if request.content_type != PROTOBUF:
        raise Unusable(415, f"Expected {PROTOBUF}, found {request.content_type:.80}.")
    raw = _read_bounded(request)
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding == "gzip":
        try:
            raw = _read_bounded(gzip.GzipFile(fileobj=io.BytesIO(raw)))
        except (OSError, EOFError) as error:
            raise Unusable(400, "Expected gzip, as Content-Encoding says.") from error
    elif encoding != "identity":
        raise Unusable(415, f"Expected Content-Encoding gzip or none, found {encoding:.80}.")
    try:
        return ExportTraceServiceRequest.FromString(raw)
    except DecodeError as error:
        raise Unusable(400, "Expected an ExportTraceServiceRequest.") from error


def append(sent: ExportTraceServiceRequest) -> None:
    try:
        records = list(read_records(sent))
    except (ValueError, TypeError, OverflowError, AttributeError) as error:
        raise Unusable(400, "Expected spans as docs/decisions/0009 describes them.") from error
    if records:
        Record.objects.bulk_create(records, ignore_conflicts=True)
        records_arrived.send(sender=Record, records=records)
        _trim(len(records))


def _read_bounded(stream: HttpRequest | gzip.GzipFile) -> bytes:
    raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise Unusable(413, f"Expected at most {MAX_BYTES} bytes.")
    return bytes(raw)


def _trim(added: int) -> None:
    """Whole traces, the oldest first, once in a while."""
    latest = Record.objects.aggregate(latest=Max("seq"))["latest"] or 0
    if latest // TRIM_EVERY == (latest - added) // TRIM_EVERY or latest <= KEPT:
        return
    newest = Record.objects.filter(seq__gt=latest - KEPT)
    Record.objects.filter(seq__lte=latest - KEPT).exclude(trace_id__in=newest.values("trace_id")).delete()

"""The system log as a file: what the page shows with the same filters, as CSV for people, as JSON for programs.

In the flow this is how the enterprise takes its record with it. Rows are streamed, so that a long log costs no
memory, and bounded, so that no request runs for hours: who needs more filters by time and takes it in parts.

Deliberately does not: let a cell become a formula. A client chooses parts of what stands here, and a spreadsheet
runs what begins with ``=``.
"""

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from idp_mock import clock
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.systemlog.entries import Entry, tell
from idp_mock.systemlog.filters import LogFilters
from idp_mock.systemlog.okta import describe_event

AT_MOST = 10_000
CHUNK = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
PARTED = re.compile(r"(?<=.)([;|\t\r\n]\s*)(?=[=+@-])", re.DOTALL)
"""A formula within a cell, where half the world's spreadsheets begin a new one: they part cells by semicolons."""
COLUMNS = (
    "at", "outcome", "event_type", "in_okta", "person", "person_sub", "by", "sentence", "requesting_app",
    "requesting_client_id", "resource_app", "audience", "resource", "scope_asked", "scope_granted", "refused_by",
    "error", "reason", "jti", "address", "user_agent", "path", "trace",
)  # fmt: skip


@require_safe
@admins_only
def export_csv(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return export(request, visitor, write_csv, content_type="text/csv; charset=utf-8", ending="csv")


@require_safe
@admins_only
def export_json(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return export(request, visitor, write_json, content_type="application/json", ending="json")


def export(
    request: HttpRequest, visitor: Visitor, write: Any, *, content_type: str, ending: str
) -> HttpResponseBase:
    filters = LogFilters(visitor.enterprise, request.GET)
    if not filters.is_valid():
        names = ", ".join(sorted(filters.errors))
        return HttpResponse(f"Not a filter of this log: {names}.", status=400, content_type="text/plain")
    response = StreamingHttpResponse(write(choose_entries(filters)), content_type=content_type)
    name = f"{visitor.enterprise.slug}-system-log-{clock.now():%Y%m%d-%H%M%S}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def choose_entries(filters: LogFilters) -> Iterator[Entry | None]:
    """Newest first. ``None`` at the end says that there are more than ``AT_MOST``."""
    events = filters.choose().order_by("-pk")[: AT_MOST + 1]
    for count, event in enumerate(events.iterator(chunk_size=CHUNK)):
        if count == AT_MOST:
            yield None
            return
        yield tell([event])[0]


class Echo:
    """What ``csv`` takes for a file: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def write_csv(entries: Iterator[Entry | None]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        row = list_cells(entry) if entry else [f"Cut after {AT_MOST} entries: filter by time for the rest."]
        yield writer.writerow([defuse(str(value)) for value in row])


def write_json(entries: Iterator[Entry | None]) -> Iterator[str]:
    """One object: ``events`` as Okta shapes them, and whether any were left out."""
    yield '{"events": ['
    lead, is_cut = "\n", False
    for entry in entries:
        if entry is None:
            is_cut = True
        else:
            yield lead + json.dumps(describe_event(entry), ensure_ascii=False)
            lead = ",\n"
    yield f'\n], "truncated": {json.dumps(is_cut)}}}\n'


def list_cells(entry: Entry) -> list[object]:
    event, origin = entry.event, entry.event.request
    return [
        event.at.isoformat(), event.outcome, event.event_type, entry.in_okta, event.person_name,
        event.person_sub, event.by_name, entry.sentence, event.requesting_app_name, event.requesting_client_id,
        event.resource_app_name, event.audience, event.resource, event.scope_asked, event.scope_granted,
        event.refused_by, event.error, event.reason, event.jti,
        *(origin.get(name, "") for name in ("address", "user_agent", "path", "trace")),
    ]  # fmt: skip


def defuse(cell: str) -> str:
    """With an apostrophe before it, no spreadsheet takes a cell for a formula, wherever it sees one begin."""
    cell = PARTED.sub(r"\1'", cell)
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA[:4]) else cell

"""The system log as a page: newest first, filtered, with reason, checks and origin of every entry a click away."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.systemlog.entries import tell
from idp_mock.systemlog.export import AT_MOST
from idp_mock.systemlog.filters import LogFilters

PAGE_SIZE = 50


@require_safe
@admins_only
def log(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    filters, before = LogFilters(visitor.enterprise, request.GET), read_serial(request, "before")
    rows = filters.choose().order_by("-pk")
    events = list((rows.filter(pk__lt=before) if before else rows)[: PAGE_SIZE + 1])
    return visitor.show(
        request,
        "admin/log.html",
        here="log",
        entries=tell(events[:PAGE_SIZE]),
        filters=filters,
        asked=filters.query(),
        export_at_most=AT_MOST,
        newest=f"{request.path}{filters.query()}" if before else "",
        older=filters.query(before=events[PAGE_SIZE - 1].pk) if events[PAGE_SIZE:] else "",
    )


def read_serial(request: HttpRequest, name: str) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0

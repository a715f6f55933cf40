"""The system log as a page: newest first, by outcome, with the verdict of every check a click away."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.systemlog.models import Event

PAGE_SIZE = 50
OUTCOMES = {"": "All", Event.Outcome.ALLOWED.value: "Allowed", Event.Outcome.DENIED.value: "Denied"}


@require_safe
@admins_only
def log(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in OUTCOMES else ""
    rows = visitor.enterprise.events.order_by("-pk")
    if outcome:
        rows = rows.filter(outcome=outcome)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    events = list(rows[: PAGE_SIZE + 1])
    older = urlencode({"outcome": outcome, "before": events[PAGE_SIZE - 1].pk}) if len(events) > PAGE_SIZE else ""
    return visitor.show(
        request,
        "admin/log.html",
        events=events[:PAGE_SIZE],
        older=older,
        outcome=outcome,
        outcomes=OUTCOMES.items(),
        is_first_page=not before,
    )

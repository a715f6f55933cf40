"""The system log as a page: newest first, by outcome and kind, with the verdict of every check a click away."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.systemlog.entries import KINDS, tell
from idp_mock.systemlog.models import Event

PAGE_SIZE = 50
OUTCOMES = {"": "All outcomes", Event.Outcome.ALLOWED.value: "Allowed", Event.Outcome.DENIED.value: "Denied"}


@require_safe
@admins_only
def log(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    outcome, kind = read_choice(request, "outcome", OUTCOMES), read_choice(request, "kind", KINDS)
    before = read_serial(request, "before")
    rows = visitor.enterprise.events.order_by("-pk")
    if outcome:
        rows = rows.filter(outcome=outcome)
    if kind:
        rows = rows.filter(event_type__in=KINDS[kind][1])
    if before:
        rows = rows.filter(pk__lt=before)
    events = list(rows[: PAGE_SIZE + 1])
    return visitor.show(
        request,
        "admin/log.html",
        here="log",
        entries=tell(events[:PAGE_SIZE]),
        outcomes=[(name, query(outcome=value, kind=kind), value == outcome) for value, name in OUTCOMES.items()],
        kinds=[(name, query(outcome=outcome, kind=value), value == kind) for value, (name, _) in KINDS.items()],
        newest=query(outcome=outcome, kind=kind) if before else "",
        older=query(outcome=outcome, kind=kind, before=events[PAGE_SIZE - 1].pk) if events[PAGE_SIZE:] else "",
    )


def read_choice(request: HttpRequest, name: str, choices: dict) -> str:
    """A filter that is not one of ours filters nothing."""
    value = request.GET.get(name, "")
    return value if value in choices else ""


def read_serial(request: HttpRequest, name: str) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


def query(**parameters: object) -> str:
    return "?" + urlencode({name: value for name, value in parameters.items() if value})

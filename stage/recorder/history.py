"""R-2, the history: every flow that was recorded, newest first, with what became of it.

In the flow a person comes here to find *that one*: the denied one, Bob's, the one with R7 red. Filters stand in
the address, so a filtered list can be sent to somebody.

Deliberately does not: list every request. A trace without a hop is a page that somebody looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.control.worlds import Worlds
from stage.recorder.models import Record
from stage.recorder.places import PLACES
from stage.recorder.trace import Trace, assemble

NEWEST = 60
"""How many traces are looked at; older ones are reached by their links, and end with the next reset."""
TIMES = {"5": "the last 5 minutes", "60": "the last hour", "1440": "today"}
ALL_WORLDS = "all"
OUTCOMES = {
    "passed": "all green",
    "narrowed": "allowed less",
    "recovered": "worked at a second try",
    "failed": "denied",
    "no answer": "no answer",
}


@dataclass(frozen=True)
class Wanted:
    """What the filters say; an empty word means any."""

    person: str = ""
    place: str = ""
    outcome: str = ""
    check: str = ""
    minutes: str = ""
    worlds: str = ""

    @classmethod
    def read(cls, asked: QueryDict) -> "Wanted":
        return cls(
            *(
                asked.get(name, "").strip()[:60]
                for name in ("person", "place", "outcome", "check", "minutes", "worlds")
            )
        )

    @property
    def is_anything(self) -> bool:
        return self == Wanted()

    @property
    def since(self) -> datetime | None:
        return timezone.now() - timedelta(minutes=int(self.minutes)) if self.minutes in TIMES else None

    def admits(self, trace: Trace) -> bool:
        failed = {
            check["number"] for hop in trace.hops for check in hop.lead.checks if check["outcome"] == "failed"
        }
        touched = {place.key for hop in trace.hops if hop.is_bad for place in (hop.target,)}
        return (
            self.person in ("", trace.person)
            and self.outcome in ("", trace.verdict)
            and (not self.check or self.check.upper() in failed)
            and self.place in ("", *touched)
        )


@require_safe
@never_cache
def show_history(request: HttpRequest) -> HttpResponse:
    wanted = Wanted.read(request.GET)
    traces = load_newest(since=wanted.since)
    if wanted.worlds != ALL_WORLDS:
        worlds = Worlds()
        traces = [trace for trace in traces if worlds.is_present(trace.started_at)]
    context = {
        "traces": [trace for trace in traces if wanted.admits(trace)],
        "recorded": len(traces),
        "wanted": wanted,
        "people": sorted({trace.person for trace in traces if trace.person}),
        "places": PLACES,
        "outcomes": OUTCOMES,
        "times": TIMES,
        "dropped": max((trace.dropped for trace in traces), default=0),
    }
    return render(request, "recorder/history.html", context)


def load_newest(*, since: datetime | None = None) -> list[Trace]:
    """The newest traces that have a hop, in three statements: which, their records, those of their sign-ins."""
    of_traces = (
        Record.objects.values("trace_id")
        .annotate(
            last=Max("seq"), first=Min("started_at"), checked=Count("seq", filter=~Q(checks=[])), all=Count("seq")
        )
        .filter(Q(all__gt=1) | Q(checked__gt=0))  # a page that somebody looked at is one record without a check
    )
    if since:
        of_traces = of_traces.filter(first__gte=since)
    ids = [row["trace_id"] for row in of_traces.order_by("-last")[:NEWEST]]
    by_trace = _load(ids)
    linked = {other for own in by_trace.values() for record in own for other in record.linked_trace_ids}
    before = _load(linked - by_trace.keys()) | by_trace
    traces = []
    for trace_id in ids:
        own = by_trace[trace_id]
        others = {other for record in own for other in record.linked_trace_ids}
        traces.append(assemble(trace_id, [*(one for other in others for one in before.get(other, ())), *own]))
    return [trace for trace in traces if trace.hops]


def _load(ids: object) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in Record.objects.filter(trace_id__in=list(ids)).order_by("seq") if ids else ():  # type: ignore[call-overload]
        found.setdefault(record.trace_id, []).append(record)
    return found

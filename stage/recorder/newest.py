"""Which flow is the newest: for whoever just did something and wants to see it, and for a page that follows.

Deliberately does not: count a page that somebody looked at as a flow.
"""

from datetime import datetime

from django.db.models import QuerySet

from stage.recorder.models import Record


def find_newest_flow(*, after: int = 0, beside: str = "") -> str:
    """The trace of the newest flow with a record later than ``after``; empty when there is none.

    A flow is a trace in which Agent0 called somebody, or gave its worker something to do.
    """
    moved = Record.objects.filter(
        seq__gt=after, place="agent0", kind__in=(Record.Kind.CLIENT, Record.Kind.PRODUCER)
    )
    return _newest_of(moved.exclude(trace_id=beside))


def find_newest_job(*, since: datetime) -> str:
    """The trace of what Agent0's worker was given last; empty when that was before ``since``."""
    return _newest_of(Record.objects.filter(place="agent0", kind=Record.Kind.PRODUCER, started_at__gte=since))


def _newest_of(records: QuerySet[Record]) -> str:
    return records.order_by("-seq").values_list("trace_id", flat=True).first() or ""


def is_recorded(trace_id: str) -> bool:
    """Whether anything of it is still there: old records make room for new ones."""
    return Record.objects.filter(trace_id=trace_id).exists()

"""R-1, the trace page: the diagram of a flow on one side, one hop in every detail on the other.

In the flow somebody opens a trace, clicks a hop, and reads what was said there, what was checked, and why. Which
hop and which view of it stands in the address, so a link shows what its sender saw.

Deliberately does not: hold state. The page is made from the records at each request, with script or without.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.recorder.detail import TABS, describe
from stage.recorder.hops import Hop
from stage.recorder.models import Record
from stage.recorder.trace import NoSuchTrace, Trace, load_trace
from stage.recorder.words import status_line


@require_safe
@never_cache
def show_trace(request: HttpRequest, trace_id: str) -> HttpResponse:
    trace = load_or_404(trace_id)
    hop = choose_hop(trace, request.GET.get("hop", ""))
    context = {
        "trace": trace,
        "hop": hop,
        "status_line": status_line(trace),
        "tabs": TABS,
        **neighbours(trace, hop),
        **describe(trace, hop, request.GET),
    }
    return render(request, "recorder/trace.html", context)


@require_safe
@never_cache
def show_latest(request: HttpRequest) -> HttpResponse:
    """The newest trace, for whoever just did something; the history when there is none."""
    newest = Record.objects.exclude(exchange={}).order_by("-seq").first()
    return redirect("recorder-trace", newest.trace_id) if newest else redirect("recorder")


def load_or_404(trace_id: str) -> Trace:
    try:
        return load_trace(trace_id)
    except NoSuchTrace as error:
        raise Http404("Nothing is recorded under this trace, or a reset has swept it away.") from error


def choose_hop(trace: Trace, key: str) -> Hop | None:
    """The one that was asked for; else the first that failed, for that is what people look for; else the first."""
    return trace.find_hop(key) or trace.failure or next(iter(trace.hops), None)


def neighbours(trace: Trace, hop: Hop | None) -> dict[str, Hop | None]:
    if hop is None:
        return {"previous_hop": None, "next_hop": None}
    at = trace.hops.index(hop)
    return {
        "previous_hop": trace.hops[at - 1] if at else None,
        "next_hop": trace.hops[at + 1] if at + 1 < len(trace.hops) else None,
    }

"""R-1, the trace page: the diagram of a flow on one side, one hop in every detail on the other.

In the flow somebody opens a trace, clicks a hop, and reads what was said there, what was checked, and why. Which
hop and which view of it stands in the address, so a link shows what its sender saw.

Deliberately does not: hold state. The page is made from the records at each request, with script or without.
"""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.launchpad.flow import STEPS
from stage.recorder.detail import describe
from stage.recorder.export.forms import FORMS
from stage.recorder.fold import Fold, fold
from stage.recorder.hops import Hop
from stage.recorder.newest import find_newest_flow
from stage.recorder.trace import NoSuchTrace, Trace, load_trace
from stage.recorder.words import status_line

FOLDED = "4"
PATIENCE = 60
"""Answers without news after which the page stops asking: about 20 s of a flow that may still go on."""
PATIENCE_AFTER_THE_END = 8
LIVELY = 25
"""Answers without news, 5 s, after which the page asks half as often."""
SOON, LATER = 200, 400
"""Milliseconds."""


@require_safe
@never_cache
def show_trace(request: HttpRequest, trace_id: str) -> HttpResponse:
    return render_trace(request, load_or_404(trace_id), choose_query(request))


def render_trace(request: HttpRequest, trace: Trace, asked: QueryDict) -> HttpResponse:
    context = {"forms": FORMS, **tell(trace, asked, is_live="follow" in asked)}
    return render(request, "recorder/trace.html", context)


def tell(trace: Trace, asked: QueryDict, *, is_live: bool) -> dict[str, Any]:
    """What the page and its news have in common."""
    hop = choose_hop(trace, asked.get("hop", ""), is_live=is_live)
    folds = fold(trace) if asked.get("fold") == FOLDED else []
    idle = PATIENCE - PATIENCE_AFTER_THE_END if trace.is_over else 0
    return {
        "trace": trace,
        "hop": hop,
        "asked": asked,
        "folds": folds,
        "status_line": status_line(trace),
        "idle": idle,
        "pause": find_pause(idle),
        **ways_on(trace, hop, folds),
        **describe(trace, hop, asked),
    }


@require_safe
@never_cache
def show_latest(request: HttpRequest) -> HttpResponse:
    """The newest trace, for whoever just did something; the history when there is none."""
    newest = find_newest_flow()
    return redirect("recorder-trace", newest) if newest else redirect("recorder")


def load_or_404(trace_id: str) -> Trace:
    try:
        return load_trace(trace_id)
    except NoSuchTrace as error:
        raise Http404("Nothing is recorded under this trace, or a reset has swept it away.") from error


def choose_hop(trace: Trace, key: str, *, is_live: bool = False) -> Hop | None:
    """The one asked for; else the first that failed, which people look for; else the first, or the newest."""
    return trace.find_hop(key) or trace.failure or next(iter(trace.hops[::-1] if is_live else trace.hops), None)


def choose_query(request: HttpRequest) -> QueryDict:
    """What every link of the page goes on with.

    In a frame beside Agent0 there is no room for thirteen hops, so there the four steps are the beginning.
    """
    asked = request.GET.copy()
    if request.headers.get("Sec-Fetch-Dest") == "iframe":
        asked.setdefault("fold", FOLDED)
    return asked


def find_pause(idle: int) -> int:
    """Milliseconds until the page asks again, after ``idle`` answers without news."""
    return SOON if idle < LIVELY else LATER


def ways_on(trace: Trace, hop: Hop | None, folds: Sequence[Fold] = ()) -> dict[str, object]:
    """From ``hop`` to those beside it, to both ends, and to the first hop of each of the four steps there are."""
    if hop is None:
        return {}
    shown = [one.hop for one in folds] or trace.hops
    at = next((at for at, one in enumerate(shown) if one.key == hop.key), None)
    if at is None:  # folded into another one
        at = next(at for at, one in enumerate(folds) if hop.key in {inner.key for inner in one.hops})
    firsts = {one.kind.step: one.key for one in reversed(trace.hops) if one.kind}
    before, after = shown[:at], shown[at + 1 :]
    return {
        "first_hop": before[0] if before else None,
        "previous_hop": before[-1] if before else None,
        "next_hop": after[0] if after else None,
        "last_hop": after[-1] if after else None,
        "classic_steps": [(step, firsts[step.number]) for step in STEPS if step.number in firsts],
    }

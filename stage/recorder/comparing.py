"""R-4, the pages: compare a trace with another one, and the tokens of one trace with one another.

Deliberately does not: remember what was compared. Both traces stand in the address.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.recorder.alignment import align
from stage.recorder.history import load_newest
from stage.recorder.three_tokens import choose_tokens, tabulate
from stage.recorder.trace import Trace
from stage.recorder.views import load_or_404


@require_safe
@never_cache
def compare_traces(request: HttpRequest) -> HttpResponse:
    chosen = [request.GET.get(side, "") for side in ("left", "right")]
    left, right = (load_or_404(one) if one else None for one in chosen)
    flows = load_newest()
    wanted = chosen[1] or (suggest(left, flows) if left else "")
    sides = [("left", "First flow", chosen[0]), ("right", "Second flow", wanted)]
    context: dict[str, object] = {"left": left, "right": right, "flows": flows, "sides": sides}
    if left and right:
        pairs = align(left, right)
        context |= {"pairs": pairs, "first": next((pair for pair in pairs if pair.is_first), None)}
    return render(request, "recorder/compare.html", context)


def suggest(trace: Trace, flows: list[Trace]) -> str:
    """To a broken trace the newest good one, to a good one the newest broken."""
    is_good = trace.verdict == "passed"
    others = [
        one for one in flows if one.id != trace.id and (one.verdict == "passed") is not is_good and one.asked
    ]
    return others[0].id if others else ""


@require_safe
@never_cache
def compare_tokens(request: HttpRequest, trace_id: str) -> HttpResponse:
    trace = load_or_404(trace_id)
    tokens = choose_tokens(trace)
    rows = tabulate(tokens, now=trace.started_at.timestamp())
    return render(request, "recorder/tokens.html", {"trace": trace, "tokens": tokens, "rows": rows})

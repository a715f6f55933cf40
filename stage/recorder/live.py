"""What is new in a trace since somebody last looked, and the page that follows whatever happens next.

In the flow the page asks again 0.4 s after each answer, with the number of the last record that it has. An
answer without news costs one statement. When nothing more comes, the page stops asking and says so.

Deliberately does not: stream. The stage serves with threads (WSGI), and an open stream would hold one for each
page that somebody left open; a short question holds none (docs/decisions/0012).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.recorder.detail import describe
from stage.recorder.models import Record
from stage.recorder.newest import find_newest_flow
from stage.recorder.views import PATIENCE, PATIENCE_AFTER_THE_END, choose_folds, choose_hop, load_or_404, ways_on
from stage.recorder.words import status_line

FOLLOWS = "follow"
BARE = "bare"
"""Said by a page that was opened before the flow's first hop: it has no diagram that news could go into."""


@require_safe
@never_cache
def show_news(request: HttpRequest, trace_id: str) -> HttpResponse:
    """The parts of the page that changed, and the next question, if there is to be one."""
    after, idle = read_number(request, "after"), read_number(request, "idle")
    follows = bool(request.GET.get(FOLLOWS))
    if follows and (newer := find_newest_flow(after=after, beside=trace_id)):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = f"{reverse('recorder-trace', args=[newer])}?{FOLLOWS}=1"
        return answer
    is_news = Record.objects.filter(trace_id=trace_id, seq__gt=after).exists()
    trace = load_or_404(trace_id) if is_news else None
    is_bare = request.GET.get(BARE, "")
    if trace is None or (is_bare and not trace.hops):
        context = {
            "trace_id": trace_id,
            "asked": request.GET,
            "after": trace.last_seq if trace else after,
            "idle": idle + 1,
            "goes_on": follows or idle < PATIENCE,
            "bare": is_bare,
        }
        return render(request, "recorder/no_news.html", context)
    if is_bare:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    hop = choose_hop(trace, request.GET.get("hop", ""), is_live=True)
    asked, folds = choose_folds(trace, request)
    context = {
        "trace": trace,
        "trace_id": trace_id,
        "hop": hop,
        "after": trace.last_seq,
        "idle": PATIENCE - PATIENCE_AFTER_THE_END if trace.is_over else 0,
        "goes_on": True,
        "is_following": not request.GET.get("hop"),
        "status_line": status_line(trace),
        "asked": asked,
        "folds": folds,
        **ways_on(trace, hop, folds),
        **describe(trace, hop, request.GET),
    }
    return render(request, "recorder/news.html", context)


@require_safe
@never_cache
def show_live(request: HttpRequest) -> HttpResponse:
    """The newest flow, followed; until there is one, a page that waits for it."""
    newest = find_newest_flow()
    if newest:
        return redirect(f"{reverse('recorder-trace', args=[newest])}?{FOLLOWS}=1")
    return render(request, "recorder/waiting.html")


def read_number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0

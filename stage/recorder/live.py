"""What is new in a trace since somebody last looked, and the page that follows whatever happens next.

In the flow the page asks again 0.2 s after each answer, with the number of the last record that it has; after a
while without news half as often. Such an answer costs one statement. When nothing more comes, the page stops
asking and says so. Where all of the page is to be another, such as that of the next flow, the answer is that page,
and htmx puts it in this one's place: that is quicker than to load it.

Deliberately does not: stream. The stage serves with threads (WSGI), and an open stream would hold one for each
page that somebody left open; a short question holds none (docs/decisions/0012).
"""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url, reselect, reswap, retarget

from stage.recorder.models import Record
from stage.recorder.newest import find_newest_flow
from stage.recorder.trace import Trace
from stage.recorder.views import PATIENCE, choose_query, find_pause, load_or_404, render_trace, tell

FOLLOWS = "follow"
KEPT = (FOLLOWS, "fold")
BARE = "bare"
"""Said by a page that was opened before the flow's first hop: it has no diagram that news could go into."""


@require_safe
@never_cache
def show_news(request: HttpRequest, trace_id: str) -> HttpResponse:
    """The parts of the page that changed, and the next question, if there is to be one."""
    after, idle = read_number(request, "after"), read_number(request, "idle")
    follows = bool(request.GET.get(FOLLOWS))
    if follows and (newer := find_newest_flow(after=after, beside=trace_id)):
        return show_instead(request, load_or_404(newer))
    is_news = Record.objects.filter(trace_id=trace_id, seq__gt=after).exists()
    trace = load_or_404(trace_id) if is_news else None
    is_bare = request.GET.get(BARE, "")
    if trace is None or (is_bare and not trace.hops):
        context = {
            "trace_id": trace_id,
            "asked": request.GET,
            "after": trace.last_seq if trace else after,
            "idle": idle + 1,
            "pause": find_pause(idle + 1),
            "goes_on": follows or idle < PATIENCE,
            "bare": is_bare,
        }
        return render(request, "recorder/no_news.html", context)
    if is_bare:
        return show_instead(request, trace)
    asked = choose_query(request)
    context = {
        "trace_id": trace_id,
        "after": trace.last_seq,
        "goes_on": True,
        "is_following": not asked.get("hop"),
        **tell(trace, asked, is_live=True),
    }
    return render(request, "recorder/news.html", context)


def show_instead(request: HttpRequest, trace: Trace) -> HttpResponse:
    """The page of ``trace``, in the place of the one that asks."""
    kept = QueryDict(mutable=True)
    kept.update({name: request.GET[name] for name in KEPT if request.GET.get(name)})
    answer = render_trace(request, trace, kept)
    reswap(reselect(retarget(answer, "#main"), "#main"), "outerHTML show:window:top")
    return replace_url(answer, f"{reverse('recorder-trace', args=[trace.id])}?{kept.urlencode()}")


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

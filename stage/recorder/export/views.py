"""The addresses of the exports: ``/recorder/traces/<trace>/export/<form>``, and the page to print.

Deliberately does not: make a file on the server. What is sent is made while it is asked for.
"""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.recorder.checks_view import CheckRow, view_checks
from stage.recorder.export.forms import FORMS
from stage.recorder.views import load_or_404
from stage.recorder.words import tell_story


@require_safe
@never_cache
def export(request: HttpRequest, trace_id: str, form: str) -> HttpResponse:
    wanted = next((one for one in FORMS if one.key == form), None)
    if wanted is None:
        raise Http404("Expected json, har, mermaid, markdown or curl.")
    trace = load_or_404(trace_id)
    answer = HttpResponse(wanted.write(trace), content_type=wanted.content_type)
    answer["Content-Disposition"] = f'attachment; filename="flow-{trace.id[:8]}.{wanted.file}"'
    return answer


@require_safe
@never_cache
def show_printable(request: HttpRequest, trace_id: str) -> HttpResponse:
    """One page that says it all, for paper: no tab, nothing folded away."""
    trace = load_or_404(trace_id)
    hops = [(hop, tell_story(hop, trace), group(view_checks(hop.lead).rows)) for hop in trace.hops]
    return render(request, "recorder/print.html", {"trace": trace, "hops": hops})


def group(rows: Iterable[CheckRow]) -> list[tuple[str, list[CheckRow]]]:
    """By outcome, each number once: a rule that several functions keep is one rule on paper."""
    found: dict[str, dict[str, CheckRow]] = {}
    for row in rows:
        found.setdefault(row.outcome, {}).setdefault(row.number, row)
    return [(outcome, list(by_number.values())) for outcome, by_number in found.items()]

"""The tape: the last flow that went well, to be told from when the live demo does not do what it should.

In the flow a presenter presses one key on whatever page stands there (``kit/bar.js``) and goes on talking over the
same diagram, with the same keys. The page says that it is a recording, and of when.

Deliberately does not: need anybody. What was recorded is the stage's own, and no reset sweeps it away.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.kit.registry.hops import load_hops
from stage.preflight.models import Preflight
from stage.recorder.history import load_newest
from stage.recorder.trace import NoSuchTrace, Trace, load_trace

TAPE: Final = "tape"


@require_safe
@never_cache
def show_tape(request: HttpRequest) -> HttpResponse:
    trace = find_tape()
    if trace is None:
        return render(request, "recorder/no_tape.html")
    return redirect(f"{reverse('recorder-trace', args=[trace.id])}?hop={trace.hops[0].key}&{TAPE}=1")


def find_tape() -> Trace | None:
    """Of the last pre-flight that had one; without, the newest of all."""
    return next(filter(is_good, chain(rehearsed(), lately())), None)


def is_good(trace: Trace) -> bool:
    """From whatever its first hop is to the last one of all, without a refusal and in nobody's hands any more."""
    last = trace.hops[-1].kind if trace.hops else None
    return trace.verdict == "passed" and last is not None and last.number == max(load_hops())


def lately() -> Iterator[Trace]:
    yield from load_newest()  # not before the pre-flights have been asked


def rehearsed() -> Iterator[Trace]:
    for preflight in Preflight.objects.order_by("-pk"):
        for finding in preflight.findings:
            if finding.get("is_well") and finding.get("trace_id"):
                try:
                    yield load_trace(finding["trace_id"])
                except NoSuchTrace:
                    continue

"""*Run the flow for me*: one button starts a flight; its page tells how far it is, and leads to its trace.

Deliberately does not: wait for it. The page asks again by itself (``Refresh``), without a script.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stage.autopilot.flight import list_steps, take_off
from stage.autopilot.models import Flight
from stage.control.staged_page import staged
from stage.kit.people import ALICE, BY_KEY

WORDS: Final = 'Add "Book venue for offsite"'


@require_POST
@staged
def start_flight(request: HttpRequest) -> HttpResponse:
    return redirect("flight", take_off(ALICE.key, WORDS).uuid)


@require_safe
@never_cache
def show_flight(request: HttpRequest, flight_id: str) -> HttpResponse:
    flight = get_object_or_404(Flight, pk=flight_id)
    if flight.state == Flight.State.LANDED:
        return redirect("recorder-trace", flight.trace_id)
    answer = render(request, "flight.html", {"flight": flight, "steps": _steps_so_far(flight)})
    if flight.state == Flight.State.FLYING:
        answer["Refresh"] = "1"
    return answer


def _steps_so_far(flight: Flight) -> list[tuple[str, str]]:
    """``words, state`` of each step; the first is under way before it has been told."""
    steps = list_steps(BY_KEY[flight.person], flight.words)
    at = steps.index(flight.step) if flight.step in steps else 0
    states = ["passed"] * at + ["running"] + ["waiting"] * (len(steps) - at - 1)
    return list(zip(steps, states, strict=True))

"""Break it (R-5): the switches, what each is about, and what came of it.

In the flow every button is a form that works without a script: arm, clear, run. A run is shown as far as it has
come, and the page asks again by itself (``Refresh``) until all is seen and the fault is off again.

Deliberately does not: exist where there is no stage. Without the stage's key every address here is 404.
"""

import uuid
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from stage.autopilot.models import Flight
from stage.control.staged_page import Page, staged
from stage.faults import arming, runs, switches
from stage.kit import addresses, people
from stage.kit.registry.faults import KINDS, load_faults

PATIENCE: Final = 5.0
"""Seconds that *Run it* may take. A busy machine needs four for a flow, and looking again later costs two more."""
TODO0_CONSOLE: Final = f"{addresses.TODO0_URL}/admin/"


def known(page: Page) -> Page:
    """Only where there is a stage, and of the faults that there are."""

    @staged
    @wraps(page)
    def enter(request: HttpRequest, **named: Any) -> HttpResponse:
        if named.get("number", "F01") not in load_faults():
            raise Http404
        return page(request, **named)

    return enter


@require_safe
@known
def show_all(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:60]
    every = switches.load_switches()
    groups = switches.group(every, words)
    context = {
        "groups": groups,
        "words": words,
        "found": sum(len(group.switches) for group in groups),
        "all": len(every),
        "armed": [one for one in every if one.armed],
        "unusual": switches.find_unusual(every),
        "todo0_console": TODO0_CONSOLE,
        "kinds": KINDS.items(),
    }
    return render(request, "break/all.html", context)


@require_safe
@known
def show_one(request: HttpRequest, number: str) -> HttpResponse:
    """What it is about; and with ``run`` how that run went, and with ``said`` what was predicted."""
    switch = switches.load_switch(number)
    context: dict[str, Any] = {
        "switch": switch,
        "fault": switch.fault,
        "person": people.BY_KEY[switch.fault.person],
        "said": read_choice(request.GET.get("said", ""), switch.fault.choices),
        "right": switch.fault.choices[switch.fault.answer],
    }
    if "run" not in request.GET:
        return render(request, "break/one.html", context)
    flight = get_object_or_404(Flight, pk=read_uuid(request.GET["run"]))
    finding = runs.find(flight)
    is_over = runs.is_given_up(flight) or (runs.is_done(flight) and finding.outcome != "pending")
    answer = render(
        request,
        "break/one.html",
        context
        | {
            "flight": flight,
            "finding": finding,
            "is_over": is_over,
            "is_as_told": finding.is_as_told(switch.fault),
        },
    )
    if not is_over:
        asked = {name: request.GET[name] for name in ("run", "said") if name in request.GET}
        answer["Refresh"] = f"1; url={_address_of(number, {**asked, 'look': read_look(request) + 1})}"
    return answer


@require_POST
@known
def arm(request: HttpRequest, number: str) -> HttpResponse:
    mode = "sticky" if request.POST.get("mode") == "sticky" else "one-shot"
    try:
        arming.arm(number, mode)
    except arming.NotTaken as refused:
        messages.error(request, f"{number} is not armed. {refused}")
    return back(request, number)


@require_POST
@known
def clear(request: HttpRequest) -> HttpResponse:
    """``number``, or all."""
    number = request.POST.get("number", "")
    try:
        arming.clear([number] if number else None)
    except arming.NotTaken as refused:
        messages.error(request, f"Cleared here, but: {refused}")
    return back(request, number)


@require_POST
@known
def run(request: HttpRequest, number: str) -> HttpResponse:
    """Take off, and look for as long as one waits for a page; what comes later, the next page shows."""
    fault, said = load_faults()[number], request.POST.get("said", "")
    flight = runs.run(number)
    runs.wait_for_something(flight, patience=PATIENCE)
    asked = {"run": str(flight.uuid)}
    if read_choice(said, fault.choices) is not None:
        asked["said"] = said
    return HttpResponseRedirect(_address_of(number, asked), status=303)


def _address_of(number: str, asked: dict[str, Any]) -> str:
    """Of the run's result. ``look`` makes it another one each time: to where it is, a browser only scrolls."""
    return f"{reverse('break-one', args=[number])}?{urlencode(asked)}#result"


def read_look(request: HttpRequest) -> int:
    """How often the page has asked again by itself."""
    text = request.GET.get("look", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def back(request: HttpRequest, number: str) -> HttpResponse:
    """To the page that the button is on, and to its row there."""
    if request.POST.get("from") == "one" and number in load_faults():
        return HttpResponseRedirect(reverse("break-one", args=[number]), status=303)
    words = request.POST.get("q", "").strip()[:60]
    query = f"?{urlencode({'q': words})}" if words else ""
    return HttpResponseRedirect(f"{reverse('break')}{query}{f'#{number}' if number else ''}", status=303)


def read_choice(text: str, choices: tuple[str, ...]) -> int | None:
    """Which of the choices was made; None for what is none."""
    return (
        int(text) if text.isascii() and text.isdecimal() and len(text) < 3 and int(text) < len(choices) else None
    )


def read_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error

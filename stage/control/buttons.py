"""The buttons of the bar: one press on any page of any place, one act on the world, and back to that page.

In the flow the form comes across origins and brings a return ticket in place of a CSRF token
(``stage.kit.ticket``). It answers with a redirect, so that a reload presses nothing twice; a reset is told by a
cookie, for half a minute.

Deliberately does not: ask whether one is sure. A reset can be undone, which is the better question.
"""

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from stage.control import world, worlds
from stage.control.push import Outcome
from stage.kit.addresses import STAGE_URL
from stage.kit.bar import TOAST_COOKIE
from stage.kit.staged_request import UNDO_SECONDS
from stage.kit.ticket import NoTicket, read_ticket

ACTS: Final[dict[str, Callable[[QueryDict], Sequence[Outcome]]]] = {
    "jump-120": lambda form: world.jump(120),
    "jump-360": lambda form: world.jump(360),
    "clear": lambda form: world.clear(),
    "hold": lambda form: world.close_gate(),
    "release": lambda form: world.open_gate(),
    "next": lambda form: [*let_next(form.get("call")), *world.keep_gate_closed()],
    "again": lambda form: world.tell_again(),
}
LONGEST_NUMBER: Final = 16
WORDS: Final = {
    "jump-120": "move the clock 2 minutes ahead",
    "jump-360": "move the clock 6 minutes ahead",
    "clear": "clear all faults",
    "hold": "close the gate",
    "release": "open the gate",
    "next": "let Agent0's next call go",
    "again": "tell everybody again",
    "reset": "reset the world",
    "undo": "undo the last reset",
}


@csrf_exempt
@require_POST
@never_cache
def press(request: HttpRequest) -> HttpResponse:
    if not settings.STAGE_KEY:
        raise Http404
    act = request.POST.get("act", "")
    if act not in WORDS:
        raise Http404
    try:
        way_back = read_ticket(request.POST.get("ticket", ""))
    except NoTicket:
        return render(request, "world/no_ticket.html", {"act": act, "words": WORDS[act]}, status=403)
    if act in ACTS:
        missed = [one for one in ACTS[act](request.POST) if not one.is_taken]
        return _tell_missed(request, act, missed, way_back) if missed else HttpResponseRedirect(way_back)
    try:
        done = worlds.reset() if act == "reset" else worlds.undo()
    except worlds.TooLate:
        return render(request, "world/too_late.html", {"way_back": way_back}, status=409)
    return _tell_done(request, act, done, way_back)


def let_next(shown: str | None) -> list[Outcome]:
    """``shown`` is the number of the call that the page shows, empty if it shows none: no other goes.

    From a page that shows no calls at all, the one goes that has waited longest.
    """
    if shown is None:
        return [world.let_next()]
    is_number = shown.isdecimal() and len(shown) < LONGEST_NUMBER
    return [world.let_next(int(shown))] if is_number and int(shown) else []


def _tell_done(request: HttpRequest, act: str, done: worlds.Done, way_back: str) -> HttpResponse:
    missed = [one for one in done.outcomes if not one.is_taken]
    if urlsplit(way_back).hostname != urlsplit(STAGE_URL).hostname:  # where our cookie is not seen
        context = {"act": act, "done": done, "missed": missed, "way_back": way_back}
        return render(request, "world/done.html", context)
    told = f"{'reset' if act == 'reset' else 'undone'}-{min(done.seconds, 99):.1f}"
    places = ".".join(one.door.place for one in missed)
    response = HttpResponseRedirect(way_back)
    response.set_cookie(
        TOAST_COOKIE, f"{told}-{places}" if places else told, max_age=int(UNDO_SECONDS), samesite="Lax"
    )
    return response


def _tell_missed(request: HttpRequest, act: str, missed: list[Outcome], way_back: str) -> HttpResponse:
    by_place = {one.door.place: one for one in missed}  # who missed several things is named once
    context = {"words": WORDS[act], "missed": list(by_place.values()), "way_back": way_back}
    return render(request, "world/missed.html", context, status=502)

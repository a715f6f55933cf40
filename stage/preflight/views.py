"""The pre-flight's page: what the last one found, a button to run it, and a button for each thing it can mend.

Deliberately does not: run by itself. It flies, arms two faults for a moment and adds a todo.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from stage.control import world
from stage.control.models import Skew
from stage.control.staged_page import staged
from stage.kit import addresses
from stage.kit.control import door
from stage.kit.control.wanted import check_members
from stage.preflight.models import Preflight
from stage.preflight.run import run_preflight


@require_safe
@never_cache
def show_preflight(request: HttpRequest) -> HttpResponse:
    context = {"preflight": Preflight.objects.last(), "idp_is_ours": addresses.ENTERPRISE_URL == addresses.IDP_URL}
    return render(request, "preflight/page.html", context)


@require_POST
@staged
def start_preflight(request: HttpRequest) -> HttpResponse:
    run_preflight()
    return redirect("preflight")


@require_POST
@staged
def mend(request: HttpRequest, remedy: str) -> HttpResponse:
    if remedy in REMEDIES:
        messages.success(request, f"{REMEDIES[remedy]()} Run the pre-flight again.")
    return redirect("preflight")


def clear_faults() -> str:
    world.clear()
    return "Every fault is cleared."


def set_clocks() -> str:
    for place in Skew.objects.values_list("place", flat=True):
        world.set_skew(place, 0.0)
    return "Every clock is with the world's again."


REMEDIES: Final = {"clear": clear_faults, "clocks": set_clocks}


@csrf_exempt
@never_cache
def preflight_door(request: HttpRequest) -> JsonResponse:
    """The same by program, for ``manage.py doctor``: ``POST /-/stage/preflight`` with the stage's key."""
    return door.answer(request, "preflight", {"preflight": _run_by_program})


def _run_by_program(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    done = run_preflight()
    return {"is_go": done.is_go, "milliseconds": done.milliseconds, "findings": done.findings}

"""The presenter's two pages: the split view for the projector, and the card for her second screen.

In the flow the split view holds Agent0 on the left and, on the right, whatever is talked about. Its links load the
right pane and leave the left alone, by their ``target``; so it works without a script. The card follows the story
(``story.toml``) and is never projected.

DEMO ONLY: pages in frames invite clickjacking. The parties admit the stage's origin as an ancestor while they have
its key, and nobody's otherwise.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stage.autopilot.story import LENGTH, Block, load_story
from stage.control import world, worlds
from stage.kit import addresses


@dataclass(frozen=True)
class Pane:
    """One thing to show on the right. ``key`` is its name in the address of the split view."""

    key: str
    title: str
    url: str


ADMIN: Final = f"{addresses.IDP_URL}/acme/admin"
TO_TODOS: Final = urlencode({"connection": "acme", "next": "/todos"})
THIEF: Final = "F06"
TO_POLICY: Final = urlencode({"next": "/acme/admin/policy"})


def right_panes() -> tuple[Pane, ...]:
    return (
        Pane("todo0", "Todo0", f"{addresses.TODO0_URL}/signin/start?{TO_TODOS}"),
        Pane("recorder", "Recorder", reverse("recorder-latest")),
        Pane("admin", "Acme admin", f"{addresses.IDP_URL}/acme/login?{TO_POLICY}"),
        Pane("break", "Break it", reverse("break-one", args=[THIEF])),
        Pane("log", "System log", f"{ADMIN}/log"),
    )


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    panes = right_panes()
    chosen = next((pane for pane in panes if pane.key == request.GET.get("right")), panes[0])
    return render(request, "show/split.html", {"panes": panes, "chosen": chosen, "left": addresses.AGENT0_URL})


@require_safe
@never_cache
def presenter(request: HttpRequest) -> HttpResponse:
    """One block of the story, by ``?block=``; out of range is the nearest."""
    story = load_story()
    asked = request.GET.get("block", "")
    number = min(max(int(asked), 1), len(story)) if asked.isdecimal() and len(asked) < 4 else 1
    return render(request, "show/presenter.html", {"story": story, "length": LENGTH, **neighbours(story, number)})


@require_POST
def begin_story(request: HttpRequest) -> HttpResponse:
    """The opening frame: a new world, in which Agent0 uses an access token until it expires."""
    done = worlds.reset()
    refused = [*done.outcomes, *world.keep_tokens(True)]
    if missed := sorted({one.door.name for one in refused if not one.is_taken}):
        messages.error(request, f"{', '.join(missed)} did not take part. The launchpad shows who answers.")
    return redirect("show")


def neighbours(story: tuple[Block, ...], number: int) -> dict[str, Block | None]:
    return {
        "part": story[number - 1],
        "before": story[number - 2] if number > 1 else None,
        "after": story[number] if number < len(story) else None,
    }

"""The presenter's pages: the split view for the projector, its title frame, and the card for her second screen.

In the flow the split view holds Agent0 on the left and, on the right, whatever is talked about: at first the
problem in one picture. Its links load the right pane and leave the left alone, by their ``target``; so it works
without a script. What is on the right is kept in a cookie, since without a script a button of the bar brings the
whole window back anew; in a new world it counts no more.
The card follows the story (``story.toml``) and is never projected.

DEMO ONLY: pages in frames invite clickjacking. The parties admit the stage's origin as an ancestor while they have
its key, and nobody's otherwise.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stage.autopilot.story import LENGTH, Block, load_story
from stage.control import world, worlds
from stage.control.staged_page import staged
from stage.kit import addresses, state
from stage.launchpad.views import tell_flow


@dataclass(frozen=True)
class Pane:
    """One thing to show on the right. ``key`` is its name in the address that leads to it; ``again``, if it is not
    ``url``, is where it is shown to somebody who has signed in there meanwhile."""

    key: str
    title: str
    url: str
    again: str = ""


TODO0: Final = addresses.TODO0_URL
ADMIN: Final = f"{addresses.IDP_URL}/acme/admin"
TO_POLICY: Final = urlencode({"next": "/acme/admin/policy#matrix"})
ADMIN_SIGN_IN: Final = f"{addresses.IDP_URL}/acme/login?{TO_POLICY}#personas"
TODOS_SIGN_IN: Final = f"{TODO0}/signin/start?{urlencode({'connection': 'acme', 'next': '/todos'})}"
THIEF: Final = "F06"
RIGHT_COOKIE: Final = "stage_right"


def right_panes() -> tuple[Pane, ...]:
    """Each leads to the place on its page where the story goes on: half a window has no room for the rest."""
    return (
        Pane("todo0", "Todo0", TODOS_SIGN_IN, f"{TODO0}/todos"),
        Pane("recorder", "Recorder", reverse("recorder-latest")),
        Pane("admin", "Acme admin", ADMIN_SIGN_IN, f"{ADMIN}/policy#matrix"),
        Pane("break", "Break it", f"{reverse('break-one', args=[THIEF])}#run"),
        Pane("log", "System log", f"{ADMIN}/log?kind=id-jag#entries"),
    )


def opening_frame() -> Pane:
    """What is there before anybody has pressed anything."""
    return Pane("title", "the problem in one picture", reverse("show-title"))


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    panes = right_panes()
    kept = request.COOKIES.get(RIGHT_COOKIE, "")
    pane = next((pane for pane in panes if kept == _keep(pane)), opening_frame())
    context = {"panes": panes, "shown": pane, "right": pane.again or pane.url, "left": addresses.AGENT0_URL}
    return render(request, "show/split.html", context)


@require_safe
@never_cache
def show_right(request: HttpRequest, key: str) -> HttpResponse:
    """On to the pane, which is what the split view has on its right from now on."""
    pane = next((pane for pane in right_panes() if pane.key == key), None)
    if pane is None:
        raise Http404
    answer = redirect(pane.url)
    answer.set_cookie(
        RIGHT_COOKIE,
        _keep(pane),
        path=reverse("show"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@require_safe
@never_cache
def show_title(request: HttpRequest) -> HttpResponse:
    """The opening frame: what all this is about."""
    return render(request, "show/title.html", tell_flow())


@require_safe
@never_cache
def presenter(request: HttpRequest) -> HttpResponse:
    """One block of the story, by ``?block=``; out of range is the nearest."""
    story = load_story()
    asked = request.GET.get("block", "")
    number = min(max(int(asked), 1), len(story)) if asked.isdecimal() and len(asked) < 4 else 1
    return render(request, "show/presenter.html", {"story": story, "length": LENGTH, **neighbours(story, number)})


@require_POST
@staged
def begin_story(request: HttpRequest) -> HttpResponse:
    """The opening frame: a new world, in which Agent0 uses an access token until it expires."""
    done = worlds.reset()
    refused = [*done.outcomes, *world.keep_tokens(True)]
    if missed := sorted({one.door.name for one in refused if not one.is_taken}):
        messages.error(request, f"{', '.join(missed)} did not take part. The launchpad shows who answers.")
    return redirect("show")


def _keep(pane: Pane) -> str:
    """What the cookie says of it: a reset brings the opening frame, and an undo what was shown before."""
    return f"{pane.key}.{state.current().world}"


def neighbours(story: tuple[Block, ...], number: int) -> dict[str, Block | None]:
    return {
        "part": story[number - 1],
        "before": story[number - 2] if number > 1 else None,
        "after": story[number] if number < len(story) else None,
    }

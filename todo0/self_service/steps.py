"""The five steps of a setup, in their order, and how far one has come.

In the flow each step's page asks ``invited_to`` whether those before it are done, by what stands in the database
now: whoever goes back and changes something goes on from there.

Deliberately does not: remember that a step was done. A test sign-in with other values was none (``Invitation``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from todo0.self_service.gate import Page, invited_only
from todo0.self_service.models import Invitation


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    is_done: Callable[[Invitation], bool]

    @property
    def address(self) -> str:
        return reverse(f"setup-{self.name}")


def is_one_proved(invitation: Invitation) -> bool:
    return invitation.domains.filter(proved_at__isnull=False).exists()


STEPS: Final = (
    Step("idp", "Your identity provider", lambda invitation: bool(invitation.issuer)),
    Step("registration", "Todo0 at your identity provider", lambda invitation: invitation.is_registered),
    Step("domain", "Your e-mail domain", is_one_proved),
    Step("sign-in", "A test sign-in", lambda invitation: invitation.is_tried),
    Step("activation", "Switch it on", lambda invitation: invitation.finished_at is not None),
)


def next_step(invitation: Invitation) -> Step:
    """The first that is not done."""
    return next((step for step in STEPS if not step.is_done(invitation)), STEPS[-1])


def invited_to(name: str) -> Callable[[Page], Page]:
    """A page of the step ``name``; whoever has skipped one before it is taken there."""

    def protect(page: Page) -> Page:
        @wraps(page)
        def enter(request: HttpRequest, invitation: Invitation, **named: object) -> HttpResponse:
            reached = next_step(invitation)
            if order_of(name) > order_of(reached.name):
                return HttpResponseRedirect(reached.address, status=303)
            return page(request, invitation, **named)

        return invited_only(enter)

    return protect


def order_of(name: str) -> int:
    return [step.name for step in STEPS].index(name)


@require_safe
@invited_only
def setup(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The front door: on to the first step that is not done."""
    return go_on(invitation)


def go_on(invitation: Invitation) -> HttpResponse:
    return HttpResponseRedirect(next_step(invitation).address, status=303)


def show_step(
    request: HttpRequest, invitation: Invitation, name: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The step's page with the way through all of them beside it."""
    reached = order_of(next_step(invitation).name)
    way = [
        {
            "step": step,
            "is_done": step.is_done(invitation),
            "is_open": position <= reached,
            "is_here": step.name == name,
        }
        for position, step in enumerate(STEPS)
    ]
    found = {"invitation": invitation, "way": way, **context}
    return render(request, f"setup/{name}.html", found, status=status)

"""Who may open a page of a setup: the one browser that began it, while it is under way.

In the flow this stands before every page under ``/setup/`` but that of the link. The cookie has a secret, and its
hash is in the invitation's row, which is read anew for each request: withdrawn means out with the next one. It is
apart from the session of a sign-in, so signing in or out meanwhile ends no setup, and a setup is no sign-in.

Deliberately does not: know any other connection. The page gets the invitation and nothing to look further with.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from todo0.self_service.conf import WRONG_LINKS
from todo0.self_service.invitations import SetupOver, State, digest, wipe_what_ran_out
from todo0.self_service.models import Invitation
from xaa.throttle.counting import Limit, count_failure

COOKIE: Final = "todo0_setup"
Page = Callable[..., HttpResponse]
NONE_HERE: Final = "none here"
STATUS: Final = {None: 404, NONE_HERE: 403}
"""410 for all others: they were, and are no more."""


def let_in(response: HttpResponse, browser: str, invitation: Invitation) -> None:
    """Lax, for the answer of a test sign-in comes from another site."""
    response.set_cookie(
        COOKIE,
        browser,
        expires=invitation.expires_at,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def find_setup(request: HttpRequest) -> Invitation | None:
    """The setup that this browser began, whatever has become of it."""
    wipe_what_ran_out(timezone.now())
    browser = request.COOKIES.get(COOKIE, "")
    return Invitation.objects.filter(browser_hash=digest(browser)).first() if browser else None


def invited_only(page: Page) -> Page:
    """The page gets the ``Invitation``. A finished setup has one page left, which says what it has come to."""

    @never_cache
    @wraps(page)
    def enter(request: HttpRequest, **named: object) -> HttpResponse:
        invitation = find_setup(request)
        if invitation is None:
            return refuse_stranger(request)
        state = invitation.state_at(timezone.now())
        if state is State.FINISHED and request.path != reverse("setup-done"):
            return HttpResponseRedirect(reverse("setup-done"), status=303)
        if state not in (State.UNDER_WAY, State.FINISHED):
            return refuse(request, state)
        try:
            return page(request, invitation, **named)
        except SetupOver:
            return HttpResponseRedirect(reverse("setup"), status=303)  # which says how it ended

    return enter


def refuse_stranger(request: HttpRequest) -> HttpResponse:
    """A cookie that opens nothing counts as a guess; none at all does not."""
    return refuse_guess(request, NONE_HERE) if COOKIE in request.COOKIES else refuse(request, NONE_HERE)


def refuse_guess(request: HttpRequest, state: str | None) -> HttpResponse:
    """Judged first, counted after: whoever has the right link or cookie is never kept out by others' guesses."""
    wait = count_failure(Limit(("setup", str(request.META.get("REMOTE_ADDR", ""))), WRONG_LINKS))
    return refuse(request, state, wait=wait)


def refuse(request: HttpRequest, state: str | None, *, wait: int = 0) -> HttpResponse:
    """What has become of it, and who can mend it."""
    status = 429 if wait else STATUS.get(state, 410)
    context = {"state": "too many" if wait else state or "unknown", "wait": wait}
    response = render(request, "setup/refused.html", context, status=status)
    if wait:
        response["Retry-After"] = str(wait)
    return response

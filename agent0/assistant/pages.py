"""Agent0's quiet pages: sign-in, what it can reach, what it did, and what an integrator wants to know.

Deliberately does not: ask anybody. These pages show what is configured and what Runs have shown so far. The one
thing to choose on them is Agent0's own way to the resource app, not what it may do there.
"""

from contextlib import suppress
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from agent0.assistant import standing
from agent0.assistant.access import signed_in
from agent0.assistant.cards import Card
from agent0.assistant.context import find_own
from agent0.connections import find_connection_for_email, first_connection
from agent0.jobs.models import Run
from agent0.tokens import store
from agent0.tokens.models import SigninSession
from agent0.tokens.sessions import SigninEnded
from agent0.ways import Way
from stage.kit import people

FIRST_FLIGHT = "first-flight"


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """A-1. Sign in; who is signed in already goes on to the chat."""
    chat = f"/chat?{urlencode({'start': FIRST_FLIGHT})}" if request.GET.get("start") == FIRST_FLIGHT else "/chat"
    try:
        store.load_session(request)
    except SigninEnded:
        next_path = request.GET.get("next", chat)
        context = {"connection": first_connection(), "next_path": next_path, "people": _personas()}
        return render(request, "home.html", context)
    return redirect(chat)


def _personas() -> list[dict[str, str]]:
    """DEMO ONLY: one button a seeded person whose enterprise is served here, first those of the first one.

    A product names no customer, and no customer's people, to somebody who is not signed in.
    """
    first, found = first_connection(), []
    for person in people.PEOPLE if settings.STAGE else ():
        with suppress(LookupError):
            connection = find_connection_for_email(person.email)
            name = person.name.split()[0]
            if connection != first:
                name = f"{connection.name}'s {name}"
            found.append({"name": name, "email": person.email, "connection": connection.slug})
    return found


@require_safe
@signed_in
def connections(request: HttpRequest, session: SigninSession) -> HttpResponse:
    """A-3."""
    context = {"standing": standing.load_standing(session), "way": Way(session.way), "ways": Way}
    return render(request, "connections.html", context)


@require_POST
@signed_in
def choose_way(request: HttpRequest, session: SigninSession) -> HttpResponse:
    """For this sign-in and from the next request on; what is running keeps the way it started on."""
    way = request.POST.get("way", "")
    if way in Way.values:
        SigninSession.objects.filter(uuid=session.uuid).update(way=way)
        messages.success(request, f"From now on, Agent0 uses {settings.RESOURCE_NAME}'s {Way(way).label}.")
    return redirect("assistant:connections")


@require_safe
@signed_in
def activity(request: HttpRequest, session: SigninSession) -> HttpResponse:
    """A-4."""
    runs = Run.objects.filter(user_id=session.user_id).select_related("session").prefetch_related("steps")[:50]
    return render(request, "activity.html", {"cards": [Card(run) for run in runs]})


@require_safe
@signed_in
def developer(request: HttpRequest, session: SigninSession) -> HttpResponse:
    """A-5. Public facts only: ids, addresses, and that secrets exist."""
    return render(request, "developer.html", {"connection": find_own(request), "settings": settings})

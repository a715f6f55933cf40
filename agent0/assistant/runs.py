"""One Run: its page, its card alone, and what its person may do to it.

Deliberately does not: show or touch another person's Run; that one is not found.
"""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agent0.assistant import admin_request
from agent0.assistant.access import load_own_run, signed_in
from agent0.assistant.cards import Card
from agent0.assistant.chat import REFRESH_SECONDS
from agent0.jobs import publishing, steering
from agent0.tokens.models import SigninSession


@require_safe
@signed_in
def run_page(request: HttpRequest, session: SigninSession, *, run_id: uuid.UUID) -> HttpResponse:
    """A-6 when it was refused or failed; progress or result otherwise."""
    publishing.publish_overdue(user_id=session.user_id)
    card = Card(load_own_run(session, run_id))
    context = {
        "card": card,
        "is_working": card.run.is_active,
        "refresh_seconds": REFRESH_SECONDS,
        "is_cured": steering.is_cured(card.run, session),
        "admin_request": admin_request.write_request(card, request.user),
        "turn_id": uuid.uuid4(),
    }
    return render(request, "run.html", context)


@require_safe
@signed_in
def card(request: HttpRequest, session: SigninSession, *, run_id: uuid.UUID) -> HttpResponse:
    """The card as a fragment: what the page polls when it cannot have a stream."""
    publishing.publish_overdue(user_id=session.user_id)
    return render(request, "card.html", {"card": Card(load_own_run(session, run_id)), "is_open": True})


@require_safe
@signed_in
def go_on(request: HttpRequest, session: SigninSession, *, run_id: uuid.UUID) -> HttpResponse:
    """Back from the sign-in that the Run was refused for: it goes on with that, once. Else nothing changes."""
    run = load_own_run(session, run_id)
    if steering.is_cured(run, session):
        steering.try_again(run, session)
    return redirect("assistant:run", run_id=run_id)


@require_POST
@signed_in
def allow(request: HttpRequest, session: SigninSession, *, run_id: uuid.UUID) -> HttpResponse:
    steering.allow(load_own_run(session, run_id), session)
    return redirect("/chat#latest")


@require_POST
@signed_in
def stop(request: HttpRequest, session: SigninSession, *, run_id: uuid.UUID) -> HttpResponse:
    steering.stop(load_own_run(session, run_id))
    return redirect("/chat#latest")


@require_POST
@signed_in
def try_again(request: HttpRequest, session: SigninSession, *, run_id: uuid.UUID) -> HttpResponse:
    steering.try_again(load_own_run(session, run_id), session)
    return redirect("/chat#latest")

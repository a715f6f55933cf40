"""A-2, the chat: the conversation so far, what may be said, and where the person stands.

Deliberately does not: act. Words become a turn and perhaps a Run; the worker does the rest.
"""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agent0.assistant import conversation, planner, standing
from agent0.assistant.access import signed_in
from agent0.assistant.cards import Card
from agent0.assistant.models import Turn
from agent0.assistant.pages import FIRST_FLIGHT
from agent0.jobs import publishing
from agent0.tokens.models import SigninSession

TURNS_SHOWN = 20
REFRESH_SECONDS = 2


class WordsForm(forms.Form):
    """``turn`` is the id that the page gave this form, so that sending it twice is saying it once."""

    words = forms.CharField(max_length=500)
    turn = forms.UUIDField()


@require_safe
@signed_in
def chat(request: HttpRequest, session: SigninSession) -> HttpResponse:
    publishing.publish_overdue(user_id=session.user_id)
    latest = (
        Turn.objects.filter(user_id=session.user_id).select_related("run__session").prefetch_related("run__steps")
    )
    turns = [
        (turn, Card(turn.run) if turn.run else None)
        for turn in reversed(latest.order_by("-created_at")[:TURNS_SHOWN])
    ]
    context = {
        "turns": turns,
        "is_working": any(card and card.run.is_active for _turn, card in turns),
        "refresh_seconds": REFRESH_SECONDS,
        "suggestions": planner.SUGGESTIONS,
        "planner": planner.NAME,
        "standing": standing.load_standing(session),
        "first_flight": request.GET.get("start") == FIRST_FLIGHT,
        "turn_id": uuid.uuid4(),
    }
    return render(request, "chat.html", context)


@require_safe
@signed_in
def strip(request: HttpRequest, session: SigninSession) -> HttpResponse:
    """The status strip alone, for the page to renew when a Run has ended."""
    return render(request, "strip.html", {"standing": standing.load_standing(session), "planner": planner.NAME})


@require_POST
@signed_in
def ask(request: HttpRequest, session: SigninSession) -> HttpResponse:
    form = WordsForm(request.POST)
    if not form.is_valid():
        messages.error(request, "I could not read that: say something in at most 500 characters.")
        return redirect("assistant:chat")
    conversation.take_words(session, form.cleaned_data["words"], turn_id=form.cleaned_data["turn"])
    return redirect("/chat#latest")

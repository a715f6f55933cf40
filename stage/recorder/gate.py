"""The live gate's page: which call of Agent0's waits, to whom it goes, what it is about to send, and the buttons.

In the flow a presenter closes the gate, asks Agent0 for something, and lets one hop after another go while she
talks. Behind what waits stands its trace so far. The page asks now and then whether anything has changed, and the
one that *Next* leads to waits a moment for the next call, so that one takes the place of the other.

Deliberately does not: hold anybody. Agent0's own worker does (``stage.kit.gate``), and tells who waits.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.control import world
from stage.kit import state
from stage.recorder.exchange import Exchange
from stage.recorder.hops import Hop, classify
from stage.recorder.message_view import Shown, show_message
from stage.recorder.models import Record
from stage.recorder.newest import find_newest_job
from stage.recorder.places import AGENT0
from stage.recorder.spans import read_exchange
from stage.recorder.tokens import Token, find_tokens
from stage.recorder.trace import NoSuchTrace, Trace, load_trace
from stage.recorder.words import tell_story

WAITING = "waiting"
PATIENCE = 0.4
"""Seconds in which one call of a flow is usually followed by the next."""
SOON, LATER = 200, 500


@dataclass(frozen=True)
class Held:
    """One call that waits, as the hop that it is going to be."""

    number: int
    hop: Hop
    trace_id: str

    @cached_property
    def message(self) -> Shown:
        return show_message(self.hop.lead, self.hop.lead.request, "request")

    @property
    def tokens(self) -> list[Token]:
        return find_tokens(self.hop.lead)


@dataclass(frozen=True)
class Gate:
    """``held``: who waits, the longest first. ``reason`` says why nobody can tell; ``trace`` is theirs so far."""

    is_closed: bool
    held: list[Held]
    reason: str
    trace: Trace

    @property
    def first(self) -> Held | None:
        return next(iter(self.held), None)

    @property
    def is_going_on(self) -> bool:
        """Between two calls of one flow."""
        return not self.held and self.trace.is_under_way

    @property
    def pause(self) -> int:
        """Milliseconds until the page asks again."""
        return SOON if self.is_going_on else LATER

    @property
    def story(self) -> str:
        return tell_story(self.first.hop, self.trace) if self.first else ""

    @property
    def seen(self) -> str:
        """Another text whenever the page is another."""
        waits = [str(one.number) for one in self.held]
        return "-".join(
            [str(int(self.is_closed)), *waits, self.trace.id, str(len(self.trace.records)), self.reason]
        )


@require_safe
@never_cache
def show_gate(request: HttpRequest) -> HttpResponse:
    gate, ends_at = find_gate(), time.monotonic() + PATIENCE
    while gate.is_going_on and time.monotonic() < ends_at:
        time.sleep(PATIENCE / 4)
        gate = find_gate()
    return render(request, "recorder/gate.html", {"gate": gate, "asked": QueryDict(), "is_page": True})


@require_safe
@never_cache
def show_gate_news(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes; 204 while it is what the page has."""
    gate = find_gate()
    if gate.seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "recorder/gate_now.html", {"gate": gate, "asked": QueryDict()})


def find_gate() -> Gate:
    held = state.current().hold
    if held is None or not state.current().is_held(time.time()):
        return Gate(False, [], "", Trace("", (), ()))
    outcome = world.find_waiting()
    waiting = [read_held(one) for one in outcome.answer.get("waiting", ())]
    newest = waiting[0].trace_id if waiting else find_newest_job(since=datetime.fromtimestamp(held.since, UTC))
    return Gate(True, waiting, outcome.reason, load_so_far(newest))


def load_so_far(trace_id: str) -> Trace:
    """An empty one where nothing has arrived yet: evidence comes behind the flow."""
    try:
        return load_trace(trace_id)
    except NoSuchTrace:
        return Trace(trace_id, (), ())


def read_held(told: Mapping[str, Any]) -> Held:
    since = datetime.fromtimestamp(told["since"], UTC)
    said = told.get("said") or {}
    record = Record(
        kind=Record.Kind.CLIENT,
        place=AGENT0.key,
        trace_id=told["trace_id"],
        started_at=since,
        ended_at=since,
        exchange=read_exchange(said) or read_bare(told["method"], told["url"]),
    )
    exchange = Exchange(wire=record, server=None)
    kind = classify(exchange, "act").kind
    hop = Hop(WAITING, kind, (exchange,), exchange, is_waiting=True)
    return Held(told["number"], hop, told["trace_id"])


def read_bare(method: str, url: str) -> dict[str, Any]:
    """Of a call that said nothing: where it goes."""
    return read_exchange({"http.request.method": method, "url.full": url, "xaa.request.target": url})

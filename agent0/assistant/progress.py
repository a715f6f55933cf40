"""Progress of one Run as server-sent events: each event is the tool card, rendered here, ready to be put in
place.

In the flow: the browser opens one stream a page; whoever gets none polls the card instead and sees the same.
A stream occupies one of the server's few threads, so there are never more than ``PROGRESS_MAX_STREAMS`` in a
process, each for at most ``PROGRESS_STREAM_SECONDS``, and none holds a database connection while it waits.

Deliberately does not: push anything that a reload would not show.
"""

import threading
import time
import uuid
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from agent0.assistant.access import load_own_run, signed_in
from agent0.assistant.cards import Card
from agent0.tokens.models import SigninSession

LOOK_SECONDS: Final = 0.25
HEARTBEAT_SECONDS: Final = 5.0

_streams = threading.BoundedSemaphore(settings.PROGRESS_MAX_STREAMS)


@require_GET
@signed_in
def events(request: HttpRequest, session: SigninSession, *, run_id: uuid.UUID) -> HttpResponse:
    """The stream, or 204: an EventSource that gets 204 does not come back, and the page polls."""
    load_own_run(session, run_id)
    if not _streams.acquire(blocking=False):
        return HttpResponse(status=204)
    stream = _Stream(request, session, run_id)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    return response


class _Stream:
    """An iterator with a ``close`` that counts: a generator never started would not run its ``finally``."""

    def __init__(self, request: HttpRequest, session: SigninSession, run_id: uuid.UUID) -> None:
        self._events = _follow(request, session, run_id)
        self._is_open = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._events)

    def close(self) -> None:
        """Called by the server when the answer is over or the browser has gone."""
        if self._is_open:
            self._is_open = False
            _streams.release()


def _follow(request: HttpRequest, session: SigninSession, run_id: uuid.UUID) -> Iterator[str]:
    """A card whenever it changes, until the Run has come to rest or the time is up."""
    # Django masks the token anew in every form; one mask a stream keeps an unchanged card unchanged.
    context = {"is_open": True, "csrf_token": get_token(request)}
    ends_at = time.monotonic() + settings.PROGRESS_STREAM_SECONDS
    shown, said_at = "", time.monotonic()
    while time.monotonic() < ends_at:
        card = Card(load_own_run(session, run_id))
        html = render_to_string("card.html", context | {"card": card}, request=request)
        connection.close()
        if html != shown:
            shown, said_at = html, time.monotonic()
            yield _as_event("card", html)
        if not card.run.is_active:
            yield _as_event("rest", "")
            return
        if time.monotonic() - said_at > HEARTBEAT_SECONDS:
            said_at = time.monotonic()
            yield ": still here\n\n"
        time.sleep(LOOK_SECONDS)


def _as_event(name: str, text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n"

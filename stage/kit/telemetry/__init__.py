"""Evidence: what went over the wire and what each check said, as OpenTelemetry spans (docs/decisions/0009).

In the flow: a party's entry point calls ``start`` once and puts ``record`` around its application. From then on
each HTTP exchange, in and out, and each task becomes a span, is redacted here, and goes to the stage in the
background. A stage that is slow or dead costs nothing but the evidence: what finds no room is dropped and counted.

With ``STAGE=0``, or without the stage's key, every function here does nothing, and OpenTelemetry is not imported.

Deliberately does not: decide anything. Who calls with a ``traceparent`` of their own gets the same answer.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_spans: Any = None  # what joins spans and exchanges, once this process records


def start(instance: str, place: str = "") -> None:
    """Once a process, before its application is built: ``instance`` is what it is to its place, "web" say."""
    global _spans  # noqa: PLW0603 (a process records or it does not)
    from django.conf import settings

    from stage.kit import env

    is_wanted = settings.STAGE_KEY and not env.flag("OTEL_SDK_DISABLED", default=False)
    if is_wanted and _spans is None:
        from stage.kit.telemetry.setup import install

        _spans = install(place or settings.PLACE, instance, stage_key=settings.STAGE_KEY)


def is_on() -> bool:
    return _spans is not None


def record(application: Callable[..., Any]) -> Callable[..., Any]:
    """A WSGI application, watched; outermost, so that it sees what the server read and what it will send."""
    if _spans is None:
        return application
    from stage.kit.telemetry.wsgi import watched

    return watched(application)


def record_asgi(application: Callable[..., Any]) -> Callable[..., Any]:
    """The same for an ASGI application."""
    if _spans is None:
        return application
    from stage.kit.telemetry.asgi import watched

    return watched(application, _spans)


def current_trace_id() -> str:
    """The trace that this moment belongs to, in 32 hex digits, for a party's own log; "" when none is recorded."""
    return current_traceparent()[3:35]


def current_traceparent() -> str:
    """This moment as W3C writes it (Trace Context §3.2), for what goes on later; "" while nothing is recorded."""
    if _spans is None:
        return ""
    from stage.kit.telemetry.traceparent import write_current

    return write_current()


@contextmanager
def going_on_from(traceparent: str) -> Iterator[None]:
    """What is done inside is told in the trace of ``traceparent``, whoever does it."""
    if _spans is None or not traceparent:
        yield
        return
    from stage.kit.telemetry.traceparent import entered

    with entered(traceparent):
        yield


def leave_out(environ: Mapping[str, Any]) -> None:
    """Of the request that came with this WSGI environ nothing is told: its server plays dead."""
    if _spans is not None:
        from stage.kit.telemetry.wsgi import KEY

        if (exchange := environ.get(KEY)) is not None:
            exchange.is_left_out = True


def link_to(traceparent: str) -> None:
    """Say that what is under way follows from another trace, such as a request from its sign-in."""
    if _spans is not None and traceparent:
        from stage.kit.telemetry.traceparent import add_link

        add_link(traceparent)

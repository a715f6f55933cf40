"""A WSGI application, watched: the request as the server read it, the answer as the application gave it.

In the flow: outermost in a party's ``wsgi.py``. The environ keeps no case of header names and not always their
order, so neither is claimed; a body is noted as the application reads it. OpenTelemetry's Django middleware makes
the span, and its hook (``on_django_request``) brings the two together.

Deliberately does not: hold a body back. A stream flows on, and what the client did not wait for was not answered.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from opentelemetry.trace import Span

from stage.kit.telemetry import journey
from stage.kit.telemetry.exchange import Exchange, Headers, Message, armed_now
from stage.kit.telemetry.paths import is_watched
from stage.kit.telemetry.spans import Spans
from stage.kit.telemetry.traceparent import write

KEY: Final = "stage.kit.telemetry.exchange"
UNPREFIXED: Final = ("CONTENT_TYPE", "CONTENT_LENGTH")
IN_A_PATH: Final = "/~:@!$&'()*+,;=-._"

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def watched(application: Application) -> Application:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not is_watched(environ.get("PATH_INFO", "")):
            return application(environ, start_response)
        exchange = _begin(environ)
        environ[KEY] = exchange
        environ["wsgi.input"] = _Tee(environ["wsgi.input"], exchange)
        journey.enter(environ)

        def start(status: str, headers: Headers, *exc_info: Any) -> Any:
            exchange.status = int(status.partition(" ")[0])
            headers = [*headers, *journey.leave(environ, exchange)]
            exchange.response = Message([(name, value.strip()) for name, value in headers])
            return start_response(status, headers, *exc_info)

        return _Answer(application(environ, start), exchange)

    return answer


def on_django_request(spans: Spans, span: Span, request: HttpRequest) -> None:
    """Django's middleware has begun the span of this request."""
    exchange = request.META.get(KEY)
    if exchange is not None:
        exchange.traceparent = write(span.get_span_context())
        spans.attach(span, exchange)


def on_django_response(spans: Spans, span: Span, request: HttpRequest, response: HttpResponse) -> None:
    """It ends, in the thread that served it, which still knows what was armed when it began."""
    exchange = request.META.get(KEY)
    if exchange is not None:
        exchange.faults = armed_now()


def _begin(environ: dict[str, Any]) -> Exchange:
    """PEP 3333 hands the path on unquoted, so it is quoted anew; the query is as it was."""
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe=IN_A_PATH)
    query = environ.get("QUERY_STRING", "")
    target = f"{path}?{query}" if query else path
    return Exchange(environ["REQUEST_METHOD"], target, Message(_headers(environ)))


def _headers(environ: dict[str, Any]) -> Headers:
    """A server may show its own environment, too, where ``HTTP_PROXY`` is no header."""
    named = [
        (name.removeprefix("HTTP_"), value)
        for name, value in environ.items()
        if (name.startswith("HTTP_") or (name in UNPREFIXED and value)) and value != os.environ.get(name)
    ]
    return [(name.replace("_", "-").title(), str(value)) for name, value in named]


class _Tee:
    """``wsgi.input`` (PEP 3333), noting what is read of it."""

    def __init__(self, body: Any, exchange: Exchange) -> None:
        self._body = body
        self._noted = exchange.request.body

    def read(self, *size: int) -> bytes:
        return self._note(self._body.read(*size))

    def readline(self, *size: int) -> bytes:
        return self._note(self._body.readline(*size))

    def readlines(self, *hint: int) -> list[bytes]:
        return [self._note(line) for line in self._body.readlines(*hint)]

    def __iter__(self) -> Iterator[bytes]:
        return map(self._note, self._body)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def _note(self, piece: bytes) -> bytes:
        self._noted.add(piece)
        return piece


class _Answer:
    """The answer's body, noted as the server takes it; the exchange is over when the server closes it."""

    def __init__(self, body: Iterable[bytes], exchange: Exchange) -> None:
        self._body = body
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        noted = self._exchange.response.body if self._exchange.response else None
        for piece in self._body:
            if noted is not None:
                noted.add(piece)
            yield piece

    def close(self) -> None:
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._exchange.complete()

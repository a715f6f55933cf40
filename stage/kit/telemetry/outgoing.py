"""What this process sends, watched through OpenTelemetry's instrumentation of requests.

In the flow: ``xaa.http`` reads the whole, bounded answer before requests returns it, so the hook sees bytes and no
stream. The prepared request is what goes on the wire, but for ``Host``, which http.client puts before the rest.

Deliberately does not: read a stream that nobody has read yet.
"""

from urllib.parse import urlsplit

from opentelemetry.trace import Span
from requests import PreparedRequest, Response

from stage.kit.telemetry.exchange import Body, Exchange, Headers, Message, armed_now
from stage.kit.telemetry.spans import Spans


def on_request(spans: Spans, span: Span, request: PreparedRequest) -> None:
    """Before it goes out. Complete from the start: should no answer come, this much is known."""
    exchange = Exchange(request.method or "", request.path_url, message_of(request), faults=armed_now())
    spans.attach(span, exchange)
    exchange.complete()


def on_response(spans: Spans, span: Span, request: PreparedRequest, response: Response) -> None:
    exchange = spans.find(span)
    exchange.request = message_of(request)  # with the traceparent that it went out with
    exchange.status = response.status_code
    body = response.content if response._content_consumed else b""  # type: ignore[attr-defined]
    exchange.response = Message(received_by(response), Body(body))


def message_of(request: PreparedRequest) -> Message:
    headers: Headers = [] if "Host" in request.headers else [("Host", urlsplit(request.url or "").netloc)]
    headers += [(_text(name), _text(value)) for name, value in request.headers.items()]
    body = request.body or b""
    return Message(headers, Body(body.encode() if isinstance(body, str) else bytes(body)))


def received_by(response: Response) -> Headers:
    """As they came, a repeated one each time."""
    return [(str(name), str(value)) for name, value in response.raw.headers.items()]


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value

"""An ASGI application, watched, and its span as well: what the WSGI side has Django's middleware for.

In the flow: outermost in ``todo0.mcp.asgi``. Headers come in the order of the wire, in lower case, as ASGI wants.

Deliberately does not: watch what is no HTTP, such as the lifespan.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind

from stage.kit.telemetry.exchange import Exchange, Headers, Message, armed_now
from stage.kit.telemetry.paths import is_watched
from stage.kit.telemetry.spans import Spans

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
SCOPE: Final = "stage.kit.telemetry"


def watched(application: Application, spans: Spans) -> Application:
    tracer = trace.get_tracer(SCOPE)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_watched(scope["path"]):
            return await application(scope, receive, send)
        exchange = _begin(scope)
        carrier = {name: value for name, value in exchange.request.headers if name == "traceparent"}
        with tracer.start_as_current_span(
            f"{scope['method']} {scope['path']}",
            context=extract(carrier),
            kind=SpanKind.SERVER,
            attributes=_attributes(scope),
        ) as span:
            spans.attach(span, exchange)
            try:
                await application(scope, _noting(receive, exchange), _telling(send, exchange))
            finally:
                exchange.faults = armed_now()
                exchange.complete()

    return serve


def _begin(scope: Scope) -> Exchange:
    target = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    if scope["query_string"]:
        target += f"?{scope['query_string'].decode('latin-1')}"
    return Exchange(scope["method"], target, Message(_text(scope["headers"])))


def _text(headers: Any) -> Headers:
    return [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in headers]


def _attributes(scope: Scope) -> dict[str, str]:
    return {"http.request.method": scope["method"], "url.scheme": scope["scheme"], "url.path": scope["path"]}


def _noting(receive: Receive, exchange: Exchange) -> Receive:
    async def noted() -> Any:
        message = await receive()
        if message["type"] == "http.request":
            exchange.request.body.add(message.get("body", b""))
        return message

    return noted


def _telling(send: Send, exchange: Exchange) -> Send:
    async def told(message: Any) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.response = Message(_text(message.get("headers", ())))
        elif message["type"] == "http.response.body" and exchange.response:
            exchange.response.body.add(message.get("body", b""))
        await send(message)

    return told

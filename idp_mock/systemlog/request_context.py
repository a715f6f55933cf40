"""Where the request under way comes from, for the events that it causes.

In the flow a decision is made far below the view, by code that has no request and needs none. The context variable
holds this request's origin for as long as it runs, in its thread or task alone.

Deliberately does not: believe ``X-Forwarded-For``, which the client writes. Behind a proxy the address is the
proxy's, until somebody configures whom to believe.
"""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from stage.kit import telemetry

AT_MOST = 300
"""Characters of each value: a client names itself as it likes, and at any length."""
_origin: ContextVar[dict[str, str] | None] = ContextVar("request_origin", default=None)


def remember_request(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        token = _origin.set(describe_origin(request))
        try:
            return get_response(request)
        finally:
            _origin.reset(token)

    return middleware


def describe_origin(request: HttpRequest) -> dict[str, str]:
    """Method and path without its query, which may hold a token; ``trace`` joins it to other logs."""
    found = {
        "address": request.META.get("REMOTE_ADDR", ""),
        "user_agent": request.headers.get("User-Agent", ""),
        "path": f"{request.method} {request.path}",
        "trace": telemetry.current_traceparent() or request.headers.get("traceparent", ""),
    }
    return {name: value.replace("\0", "")[:AT_MOST] for name, value in found.items() if value}


def request_context() -> dict[str, str]:
    return dict(_origin.get() or {})

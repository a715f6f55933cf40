"""From an HTTP request to a handler and back: method, access token, JSON, errors. One ``endpoint`` a path.

In the flow: every path of the API says here which handler a method has and which action it is; the handler
gets an ``Access`` that passed every check, never a token.

Deliberately does not: read cookies. The API has no session, so a browser's cookies open nothing here and
there is no cross-site request to forge.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from todo0.api.access_token import check_access_token
from todo0.api.errors import ApiError
from todo0.api.presented import Presented
from todo0.api.step_up import demand_for
from todo0.authserver.todo_details import SCOPE_OF
from xaa import dpop, protocol

Handler = Callable[..., HttpResponse]
FORM = "application/x-www-form-urlencoded"


def endpoint(**methods: tuple[str, Handler]) -> Callable[..., HttpResponse]:
    """A view: ``endpoint(GET=("read", list_todos), ...)``, a method is an action, which implies its scope."""

    @csrf_exempt
    def view(request: HttpRequest, **of_path: Any) -> HttpResponse:
        try:
            response = _answer(request, methods, of_path)
        except ApiError as error:
            response = error.as_response()
        response["Cache-Control"] = "no-store"
        return response

    return view


@csrf_exempt
def unknown_path(request: HttpRequest, elsewhere: str) -> HttpResponse:
    """What is no path of the API, also a todo's id that can be none, is told in JSON: no page for a program."""
    response = ApiError(404, "not_found", f"Expected a path of this API, found {elsewhere!a:.60}.").as_response()
    response["Cache-Control"] = "no-store"
    return response


def _answer(
    request: HttpRequest, methods: dict[str, tuple[str, Handler]], of_path: dict[str, Any]
) -> HttpResponse:
    if request.method not in methods:
        allowed = ", ".join(sorted(methods))
        message = f"Expected one of {allowed}, found {request.method:.20}."
        raise ApiError(405, "method_not_allowed", message, Allow=allowed)
    action, handler = methods[request.method]
    presented = Presented(
        authorization=request.headers.get("Authorization", ""),
        dpop_headers=dpop.read_headers(request.headers.get(protocol.HEADER_DPOP)),
        elsewhere=_token_elsewhere(request),
        required_scope=SCOPE_OF[action],
        resource=settings.API_RESOURCE,
        action=action,
        todo_id=of_path.get("todo_id"),
        method=request.method,
        url=settings.API_RESOURCE + request.path_info.removeprefix("/api"),
        now=timezone.now(),
        demand=demand_for(handler.__name__),
    )
    return handler(request, check_access_token(presented), at=presented.now, **of_path)


def _token_elsewhere(request: HttpRequest) -> str:
    """Where else a token was put, which RFC 6750 §2.2-2.3 knew and RFC 9700 §4.3.2 forbids or discourages."""
    if "access_token" in request.GET:
        return "query string"
    if request.content_type == FORM and "access_token" in _read_form(request):
        return "body"
    return ""


def _read_form(request: HttpRequest) -> Mapping[str, str]:
    """The form; nothing of one that cannot be read, which no handler takes anyway."""
    try:
        return request.POST
    except (BadRequest, SuspiciousOperation, UnreadablePostError):
        return {}

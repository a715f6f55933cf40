"""What the authorization server's endpoints have in common: forms in, JSON out, stored by nobody (RFC 6749 §5).

Deliberately does not: choose an error; it only gives it its shape.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Final

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaa import protocol

FORM: Final = "application/x-www-form-urlencoded"
CHALLENGE: Final = 'Basic realm="Todo0\'s authorization server", charset="UTF-8"'  # RFC 6749 §5.2, RFC 7617 §2
View = Callable[..., HttpResponse]


def no_store(view: View) -> View:
    """RFC 6749 §5.1: responses with tokens, and errors just as well, are stored by nobody on the way."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Pragma"] = "no-cache"
        return response

    return answer


def form_endpoint(view: View) -> View:
    """An endpoint of RFC 6749 §3.2: POST only, one well-formed form in, JSON that nobody stores out."""

    @csrf_exempt  # a client has no cookie here that another site could ride on
    @require_POST
    @no_store
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        problem = _find_problem(request)
        if problem:
            return oauth_error(protocol.ERROR_INVALID_REQUEST, problem)
        response = view(request, *args, **kwargs)
        if _is_json(response):
            response["Content-Type"] = "application/json"
        if response.status_code == 401:  # the toolkit says Bearer, which is not how a client authenticates here
            response["WWW-Authenticate"] = CHALLENGE
        return response

    return answer


def _find_problem(request: HttpRequest) -> str:
    """What makes the form unreadable before anybody reads it; "" when nothing does.

    A repeated parameter is refused because the toolkit silently takes the last: two readers of one request
    could act on two values. ``resource`` may repeat (RFC 8707 §2). Two ways of authenticating could name two
    clients (RFC 6749 §2.3). Credentials in a URL end in logs (RFC 9700 §4.3.2). No database can look up a NUL.
    """
    if request.content_type != FORM:
        return f"Send the parameters as {FORM}."
    if request.META.get("QUERY_STRING"):
        return "Send the parameters in the body: the URL has none."
    try:
        form = list(request.POST.lists())
    except (BadRequest, SuspiciousOperation, UnreadablePostError):  # what Django would answer with a page
        return "Expected a form of bearable size, in UTF-8, and all of it."
    ways = (
        "Authorization" in request.headers,
        "client_secret" in request.POST,
        "client_assertion" in request.POST,
    )
    if sum(ways) > 1:
        return "Authenticate in one way, not in several."
    return next(filter(None, (_find_fault(name, values) for name, values in form)), "")


def _find_fault(name: str, values: list[str]) -> str:
    """What is wrong with one parameter; "" when nothing is."""
    if len(values) > 1 and name != "resource":
        return f"Send each parameter once: {name!a:.60} came {len(values)} times."
    if any("\x00" in value for value in values):
        return f"Expected text: {name!a:.60} has a NUL character."
    return ""


def oauth_error(error: str, description: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)


def _is_json(response: HttpResponse) -> bool:
    try:
        return isinstance(json.loads(response.content), dict)
    except ValueError:
        return False

"""What the authorization server's endpoints have in common: forms in, JSON out, stored by nobody (RFC 6749 §5).

Deliberately does not: choose an error; it only gives it its shape.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaa import protocol
from xaa.jwt_bearer.errors import InvalidRequest
from xaa.jwt_bearer.form import check_form
from xaa.throttle.clients import REFUSED_FOR_ITS_GRANT, count_failed_client, count_refused_grant

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


def client_endpoint(view: View) -> View:
    """An endpoint of RFC 6749 §3.2: POST only, and out comes JSON that nobody stores. The view checks the form."""

    @csrf_exempt  # a client has no cookie here that another site could ride on
    @require_POST
    @no_store
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        found = _read_json(response)
        if found is not None:
            response["Content-Type"] = "application/json"
        if wait := _count(request, response.status_code, found or {}):
            return slow_down(wait)
        if response.status_code == 401:  # the toolkit says Bearer, which is not how a client authenticates here
            response["WWW-Authenticate"] = CHALLENGE
        return response

    return answer


def form_endpoint(view: View) -> View:
    """The same for a view that leaves the form to us: R2 holds wherever a client authenticates."""

    @client_endpoint
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            check_form(request)
        except InvalidRequest as refused:
            return oauth_error(refused.error, refused.description)
        return view(request, *args, **kwargs)

    return answer


def oauth_error(error: str, description: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)


def slow_down(wait: int) -> JsonResponse:
    """RFC 6585 §4, in the shape of RFC 6749 §5.2; the same for a client that exists and one that does not.

    No RFC has a code for it; this is Auth0's. ``temporarily_unavailable`` would say that we cannot, and is the
    authorization endpoint's (RFC 6749 §4.1.2.1).
    """
    text = f"Too many requests like this one have failed. Try again in {wait} seconds."
    response = oauth_error(protocol.ERROR_TOO_MANY_REQUESTS, text, 429)
    response["Retry-After"] = str(wait)
    return response


def _count(request: HttpRequest, status: int, body: dict[str, object]) -> int:
    """What failed is counted after it was judged (RFC 6749 §10.10); seconds to wait, mostly 0."""
    if body.get("error") in REFUSED_FOR_ITS_GRANT:  # whatever its status (``answers``)
        return count_refused_grant(request)
    return count_failed_client(request) if status == 401 else 0


def _read_json(response: HttpResponse) -> dict[str, object] | None:
    try:
        found = json.loads(response.content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

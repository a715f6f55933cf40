"""``POST /-/stage/<command>``: the stage commands this party, with JSON and the key that the two share.

In the flow of a demo nobody else knows of it: without the key the address answers 404 as any other that leads
nowhere. A form of some page cannot get in either, since no browser sends an ``Authorization`` header by itself; so
CSRF protection has nothing to add.

Deliberately does not: carry out anything itself. The commands stand in ``stage.kit.control.commands``.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from stage.kit.control.commands import COMMANDS
from stage.kit.control.wanted import Malformed

Commands = Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]


@csrf_exempt
@never_cache
def door(request: HttpRequest, command: str) -> JsonResponse:
    """This party's own commands."""
    return answer(request, command, COMMANDS)


def answer(request: HttpRequest, command: str, commands: Commands) -> JsonResponse:
    if not has_key(request):
        raise Http404
    if command not in commands:
        return _error(404, "unknown_command", f"Expected one of {', '.join(commands)}, found {command!a:.40}.")
    if request.method != "POST":
        return _error(405, "method_not_allowed", "Expected POST.", Allow="POST")
    try:
        return JsonResponse(commands[command](_read_body(request)))
    except Malformed as malformed:
        return _error(400, "invalid_request", str(malformed))


def has_key(request: HttpRequest) -> bool:
    """Compared in constant time, so that response times tell nothing about the right one."""
    presented = request.headers.get("Authorization", "").encode(errors="replace")
    expected = f"Bearer {settings.STAGE_KEY}".encode()
    return bool(settings.STAGE_KEY) and hmac.compare_digest(presented, expected)


def _read_body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Malformed("Expected a JSON object, found no JSON.") from error
    if not isinstance(body, dict):
        raise Malformed(f"Expected a JSON object, found a JSON {type(body).__name__}.")
    return body


def _error(status: int, error: str, message: str, **headers: str) -> JsonResponse:
    return JsonResponse({"error": error, "message": message}, status=status, headers=headers)

"""A request to a party that is staged: through the turnstile, with the stage's state, in one world.

In the flow this is the outermost middleware that asks for the time. It is installed only where there is a stage.

For as long as a reset can be undone it also lets no session cookie be taken back. Django takes back what names no
session, and after a reset none is named; but the undo brings the sessions back, and a browser that had kept
nothing would stay signed out.

Deliberately does not: do anything for a stream but begin it. It is sent after this, with the state it began with.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from stage.kit import state
from stage.kit.control import turnstile
from stage.kit.look import remember_stage_mode

UNDO_SECONDS: Final = 30.0


def staged_request(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        with turnstile.passing(is_of_the_world=settings.PLACE != "stage"):  # what the stage writes is evidence
            found = state.load()
            response = get_response(request)
        remember_stage_mode(request, response)
        if time.time() < found.began + UNDO_SECONDS:
            _keep_session_cookie(response)
        return response

    return middleware


def _keep_session_cookie(response: HttpResponse) -> None:
    cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
    if cookie is not None and not cookie.value:
        del response.cookies[settings.SESSION_COOKIE_NAME]

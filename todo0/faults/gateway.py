"""Before Todo0's token endpoint: it is overloaded (F30), or has to ask for the IdP's keys anew (F28).

In the flow this sees a token request before Todo0 does. A gateway's 503 says when to come back; Todo0's own copy
of the IdP's keys is thrown away, as if it had just started, so that a key that is gone is gone here, too.

Deliberately does not: touch any other address. The todo list and the API go on.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from stage.kit.faults import on_purpose, strikes
from stage.kit.state import StageState
from xaa.jwt_bearer import trust

RETRY_AFTER = 5
ROTATIONS = ("F27", "F28")


def answer_at_token_endpoint(*, request: HttpRequest, **_signal: object) -> HttpResponse | None:
    if request.path != urlsplit(settings.JWT_BEARER_TOKEN_ENDPOINT).path:
        return None
    if strikes("F28"):
        trust.load_directory.cache_clear()
    return on_purpose("F30", request, refuse()) if strikes("F30") else None


def refuse() -> HttpResponse:
    said = {"error": "temporarily_unavailable", "error_description": "Too much to do. Come back in a moment."}
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    return JsonResponse(said, status=503, headers=headers)


def forget_rotated_keys(*, before: StageState, after: StageState, **_signal: object) -> None:
    """The IdP's keys have changed under a fault, or back. Whoever just fetched them would wait before asking
    again."""
    if any(bool(before.armed(number)) != bool(after.armed(number)) for number in ROTATIONS):
        trust.load_directory.cache_clear()

"""The IdP is down (F29): whoever asks gets no answer, as where nobody listens any more.

In the flow this sees a request before the IdP does, promises a byte and never sends it, so that the server breaks
the connection off. Which of the two a caller notices, no answer or a torn one, is a matter of microseconds; it can
use neither. A server that is down tells nothing of itself, so only the caller's side is recorded.

Deliberately does not: break the stage's own door, by which the outage ends, or the health check, without which a
demo that was stopped meanwhile could not be started again.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse

from stage.kit import telemetry
from stage.kit.faults import on_purpose, strikes

STAYS: Final = ("/-/stage/", "/health")


def answer_nothing(*, request: HttpRequest, **_signal: object) -> HttpResponse | None:
    if request.path.startswith(STAYS) or not strikes("F29"):
        return None
    telemetry.leave_out(request.META)
    return on_purpose("F29", request, HttpResponse(status=503, headers={"Content-Length": "1"}))

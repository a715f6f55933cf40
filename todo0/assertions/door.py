"""``POST /-/stage/rehearse``: the dry run of an assertion, for the stage's token desk.

In the flow of a demo the stage asks on behalf of somebody who pasted a token there. Without the stage's key the
address does not exist. What comes back is the verdicts, never the assertion.

Deliberately does not: keep or log what came, or spend it (``rehearsal``).
"""

import re
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from stage.kit.control.door import answer
from stage.kit.control.wanted import Malformed, check_members, read_text
from todo0.assertions.rehearsal import rehearse
from xaa.jwt_bearer.models import CrossAppClient
from xaa.jwt_bearer.presented import Client

ASSERTION: Final = re.compile(r"[!-~]{1,16384}")
CLIENT_ID: Final = re.compile(r"[!-~]{1,255}")


@csrf_exempt
@never_cache
def rehearsal_door(request: HttpRequest) -> JsonResponse:
    return answer(request, "rehearse", {"rehearse": tell_verdicts})


@sensitive_variables()
def tell_verdicts(body: dict[str, Any]) -> dict[str, Any]:
    """``assertion`` as ``client_id`` would bring it."""
    check_members(body, "assertion", "client_id")
    assertion, client_id = body.get("assertion"), read_text(body, "client_id", pattern=CLIENT_ID)
    if not isinstance(assertion, str) or not ASSERTION.fullmatch(assertion):
        raise Malformed("Expected assertion to be at most 16384 printable characters without a space.")
    row = CrossAppClient.objects.filter(application__client_id=client_id).first()
    if row is None:
        raise Malformed("Expected client_id to be a client that is registered here, found another.")
    run = rehearse(assertion, client=Client(client_id, tuple(row.allowed_scopes.split())))
    return {"verdicts": [verdict._asdict() for verdict in run.verdicts], "refused_by": run.failed}

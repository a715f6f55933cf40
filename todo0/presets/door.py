"""``POST /-/stage/rules``: which of Todo0's rules are in force, for the stage that announces an answer of Todo0's.

In the flow of a demo *Break it* announces a refusal, and what goes over the wire is the administrator's choice, or
a preset's. Without the stage's key the address does not exist.

Deliberately does not: name a preset. Nothing remembers that one was used, and each of its fields may have changed.
"""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from stage.kit.control.door import answer
from stage.kit.control.wanted import check_members
from stage.kit.registrations import TODO0_AT_ACME
from todo0.federation.models import Connection
from todo0.federation.tenant import load_tenant


@csrf_exempt
@never_cache
def rules_door(request: HttpRequest) -> JsonResponse:
    return answer(request, "rules", {"rules": tell_rules})


def tell_rules(body: dict[str, Any]) -> dict[str, Any]:
    """The server's ``answers``; and of the connection to Acme, whose people are in the demo, ``single_use``."""
    check_members(body)
    acme = Connection.objects.filter(slug=TODO0_AT_ACME.place).first()
    return {"answers": load_tenant().answers, "single_use": acme is None or acme.single_use}

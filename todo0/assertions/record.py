"""Write one redemption into the log: one INSERT. ``JWT_BEARER_DECISION_LOG`` names ``record``.

In the flow this runs before the answer leaves. When it fails, the request fails: what cannot be accounted for is
not issued.

Deliberately does not: keep more than the columns hold. Nobody's long claim loses us a row.
"""

from typing import Any

from django.db.models import CharField
from django.utils import timezone

from stage.kit import telemetry
from todo0.assertions.models import Redemption
from xaa import protocol
from xaa.checks import Verdict
from xaa.jwt_bearer.presented import UNREAD, Decision, Presented

BOUNDED = [field for field in Redemption._meta.concrete_fields if isinstance(field, CharField)]
NOTE = 500


def record(decision: Decision) -> Redemption:
    failed = next((verdict for verdict in decision.verdicts if verdict.outcome == "failed"), None)
    row = Redemption(
        at=timezone.now(),
        event=event_of(decision, failed),
        client_id=decision.client_id,
        refused_by=failed.number if failed else "",
        error=decision.error,
        reason=failed.note if failed else "",
        checks=[describe(verdict) for verdict in decision.verdicts],
        trace_id=telemetry.current_trace_id(),
    )
    if decision.presented:
        fill_in(row, decision.presented, is_granted=not decision.error)
    for field in BOUNDED:
        setattr(row, field.attname, getattr(row, field.attname).replace("\0", "")[: field.max_length])
    row.save(force_insert=True)
    return row


def event_of(decision: Decision, failed: Verdict | None) -> str:
    if not decision.error:
        return Redemption.Event.SUCCEEDED
    is_none = failed is not None and failed.number in ("R3", "R4")
    return Redemption.Event.NO_ID_JAG if is_none else Redemption.Event.FAILED


def describe(verdict: Verdict) -> dict[str, str]:
    return {
        "number": verdict.number,
        "title": verdict.title,
        "outcome": verdict.outcome,
        "note": verdict.note.replace("\0", "")[:NOTE],
    }


def fill_in(row: Redemption, presented: Presented, *, is_granted: bool) -> None:
    """What is known since the signature held; without it, nothing is."""
    id_jag = presented.id_jag
    if id_jag is UNREAD:
        return
    row.issuer = id_jag.issuer
    row.subject = text(id_jag.claims.get("sub"))
    row.jti = text(id_jag.claims.get("jti"))
    row.scope_claimed = text(id_jag.claims.get("scope"))
    row.facts = facts_of(presented)
    if is_granted:
        row.person_name = presented.user.get_full_name()
        row.scope_granted = " ".join(presented.scope)
        row.resource = " ".join(presented.resource)


def facts_of(presented: Presented) -> dict[str, Any]:
    claims = presented.id_jag.claims
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    is_timed = type(issued_at) is int and type(expires_at) is int
    return {
        "lifetime": expires_at - issued_at if is_timed else None,
        "names_resource": bool(claims.get("resource")),
        "asks_scope": bool(presented.requested_scope),
        "asks_resource": bool(presented.requested_resource),
        "is_bound": "cnf" in claims,
        "has_details": protocol.AUTHORIZATION_DETAILS in claims,
    }


def text(value: object) -> str:
    return value if isinstance(value, str) else ""

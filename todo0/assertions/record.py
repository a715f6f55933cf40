"""Write one redemption into the log: one INSERT. ``JWT_BEARER_DECISION_LOG`` names ``record``.

In the flow this runs before the answer leaves. When it fails, the request fails: what cannot be accounted for is
not issued.

Deliberately does not: keep more than the columns hold. Nobody's long claim loses us a row.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count
from django.utils import timezone

from stage.kit import telemetry
from todo0.assertions.models import Redemption
from xaa import protocol
from xaa.checks import Verdict
from xaa.jwt_bearer.policy import scopes_of_all
from xaa.jwt_bearer.presented import UNREAD, Decision, Presented
from xaa.jwt_bearer.subjects import Newcomer, Unfit

BOUNDED = [field for field in Redemption._meta.concrete_fields if isinstance(field, CharField)]
NOTE = 500
MINUTE = 60
TOLD_CLIENTS = 10


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


def record_limit(client_id: str, *, limit: str) -> None:
    """A client was told to come back later. Who came in the last minute is in the row; a flood makes one a minute.

    Three statements at most, of a request that costs no more than these.
    """
    lately = Redemption.objects.filter(at__gte=timezone.now() - timedelta(seconds=MINUTE))
    if lately.filter(event=Redemption.Event.LIMIT, client_id=client_id[:255]).exists():
        return
    used = lately.exclude(event=Redemption.Event.LIMIT).values("client_id").annotate(n=Count("pk")).order_by("-n")
    Redemption.objects.create(
        at=timezone.now(),
        event=Redemption.Event.LIMIT,
        client_id=client_id[:255],
        error=protocol.ERROR_TOO_MANY_REQUESTS,
        reason=f"limit: expected at most {limit}, found more",
        facts={"used": {row["client_id"]: row["n"] for row in used[:TOLD_CLIENTS]}},
        trace_id=telemetry.current_trace_id(),
    )


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
    claims, rules = presented.id_jag.claims, presented.rules
    claimed, asked = set(names(claims.get("resource"))), set(presented.requested_resource)
    scope, asked_scope = set(presented.id_jag.scope), set(presented.requested_scope)
    allowed = scopes_of_all(
        presented.resource, known=rules.resource_scopes, allowed=presented.client.allowed_scopes
    )
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    lifetime = expires_at - issued_at if type(issued_at) is int and type(expires_at) is int else None
    return {
        "lifetime": lifetime,
        "names_resource": bool(claims.get("resource")),
        "names_ours": claimed <= set(rules.resources),
        "asks_resource": bool(asked),
        "asks_ours": asked <= set(rules.resources),
        "asks_within": asked <= claimed,
        "asks_default": asked <= {settings.JWT_BEARER_DEFAULT_RESOURCE},
        "asks_scope": bool(asked_scope),
        "scope_within": asked_scope <= scope,
        "scope_left": not scope.isdisjoint(allowed),
        "asked_scope_left": not asked_scope.isdisjoint(allowed),
        "person": person_of(presented.user),
        "is_bound": "cnf" in claims,
        "has_details": protocol.AUTHORIZATION_DETAILS in claims,
    }


def person_of(user: Any) -> str:
    """Empty: she was not looked up."""
    if isinstance(user, Newcomer) or getattr(user, "came_by_id_jag", False):
        return "newcomer"
    return "" if user is None else "unfit" if isinstance(user, Unfit) else "known"


def names(value: object) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    return tuple(one for one in several if isinstance(one, str))


def text(value: object) -> str:
    return value if isinstance(value, str) else ""

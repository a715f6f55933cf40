"""Where a person stands with the resource app: managed by the enterprise, not allowed, or not tried yet.

In the flow: the status strip and the connections page show it. It is read off the latest evidence: the access
tokens this sign-in holds, and how the latest Run ended. Only the next request proves what the policy says by
then.

Deliberately does not: ask the IdP. Looking at a page is no reason to make somebody a token.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from agent0.connections import name_of
from agent0.jobs.models import Run
from agent0.tokens.models import CachedAccessToken, SigninSession
from agent0.ways import resource_of

REFUSALS_BY_POLICY = ("blocked_by_idp",)
SAYS_NOTHING = ("stopped", "cancelled", "not_offered")  # of what the policy would have said


@dataclass(frozen=True)
class Standing:
    """``word`` is "Managed by Acme", "Not allowed by Acme" or "Not tried yet"; ``tone`` its badge."""

    word: str
    tone: str
    scope: str
    since: datetime | None
    token: CachedAccessToken | None

    @property
    def seconds_left(self) -> int:
        """Of the access token; 0 without one."""
        return max(0, round((self.token.expires_at - timezone.now()).total_seconds())) if self.token else 0


def load_standing(session: SigninSession) -> Standing:
    now = timezone.now()
    token = (
        session.access_tokens.filter(expires_at__gt=now, resource=resource_of(session.way))
        .order_by("expires_at")
        .last()
    )
    closed = Run.objects.filter(user_id=session.user_id, state__in=Run.CLOSED)
    latest = closed.exclude(outcome__code__in=SAYS_NOTHING).order_by("finished_at").last()
    code, idp = latest.outcome["code"] if latest else "", name_of(session.issuer)
    if code in REFUSALS_BY_POLICY:
        return Standing(f"Not allowed by {idp}", "deny", "", latest.finished_at, token)
    if latest and latest.state == Run.State.DONE:
        scope = latest.outcome.get("granted", "")
        return Standing(f"Managed by {idp}", "ok", scope, latest.finished_at, token)
    if code.startswith("read_only") or code in ("action_withheld", "stronger_signin"):
        scope = latest.outcome.get("granted", "")
        return Standing(f"Managed by {idp}", "narrowed", scope, latest.finished_at, token)
    return Standing("Not tried yet", "neutral", "", None, token)

"""What an error on the way means for the Run: somebody decided no, or something is down, or we are at fault.

In the flow: the worker catches whatever broke and asks here. A decision closes the Run at once, with the code
that the page explains; only silence (nobody answered) is worth another try. A denial never leads to another
way in: no consent screen, no second try by ourselves.

Deliberately does not: read more out of an error than its leg and code, but for one documented phrase: "User
not found", which the resource app says when the person has no account there.
"""

from dataclasses import dataclass, field, replace
from functools import singledispatch
from typing import Any, Final

from agent0.jobs.actions import READ
from agent0.jobs.cross_app import IssuerUnusable
from agent0.jobs.models import Run, Step
from agent0.jobs.steps import STEP_OF_LEG
from agent0.jobs.todo_list import ApiLimited, ApiRefused, ApiUnavailable, NotOffered
from agent0.tokens.sessions import SigninEnded
from agent0.tokens.subject import SubjectBusy
from xaa import protocol
from xaa.client import NoAnswer, RateLimited, TokenEndpointError, UnexpectedResponse
from xaa.metadata import IssuerMismatch, IssuerUnreachable

USER_NOT_FOUND: Final = "user not found"

FROM_IDP: Final = {
    protocol.ERROR_INVALID_GRANT: "sign_in_again",
    protocol.ERROR_INVALID_REQUEST: "sign_in_again",  # RFC 8693 §2.2.2's code for a bad subject token
    protocol.ERROR_INSUFFICIENT_USER_AUTHENTICATION: "stronger_signin",
    protocol.ERROR_INVALID_CLIENT: "misconfigured",
    protocol.ERROR_UNSUPPORTED_GRANT_TYPE: "misconfigured",
}
"""All else that the IdP says is its policy: ``access_denied``, ``invalid_target``, ``invalid_scope``..."""

FROM_RESOURCE_AS: Final = {
    protocol.ERROR_INSUFFICIENT_USER_AUTHENTICATION: "stronger_signin",
    protocol.ERROR_INVALID_CLIENT: "misconfigured",
    protocol.ERROR_UNSUPPORTED_GRANT_TYPE: "misconfigured",
}


class ScopeNarrowed(Exception):
    """The token may do less than the action needs; ``by`` is "idp" or "resource"."""

    def __init__(self, *, by: str, asked: str, granted: str) -> None:
        super().__init__(f"expected scope {asked!r}, found {granted!r}")
        self.by = by
        self.asked = asked
        self.granted = granted


class ActionsNarrowed(Exception):
    """The token's details leave out an action that the Run needs; ``by`` as above."""

    def __init__(self, *, by: str, granted: str) -> None:
        super().__init__(f"expected more than the actions {granted!r}")
        self.by = by
        self.granted = granted


@dataclass(frozen=True)
class Verdict:
    """``state`` REFUSED or FAILED; or ``try_later``, and then the outcome counts only if patience runs out.

    ``is_limited``: the far side is there and takes no more just now.
    """

    state: Run.State
    outcome: dict[str, Any] = field(default_factory=dict)
    try_later: bool = False
    is_limited: bool = False
    retry_after: int | None = None


def judge_for(run: Run, error: Exception) -> Verdict:
    """As ``judge``; but who wants a stronger sign-in again after there was one sends nobody round in circles."""
    verdict = judge(error)
    if run.stepped_up and verdict.outcome["code"] == "stronger_signin":
        return replace(verdict, outcome=verdict.outcome | {"code": "signin_not_enough"})
    return verdict


@singledispatch
def judge(error: Exception) -> Verdict:
    """What nobody foresaw is Agent0's own mistake."""
    return Verdict(Run.State.FAILED, {"code": "agent0_error", "reason": type(error).__name__})


@judge.register
def _token_endpoint_refused(error: TokenEndpointError) -> Verdict:
    if error.leg == "token exchange":
        code = FROM_IDP.get(error.error, "blocked_by_idp")
    elif error.error == protocol.ERROR_INVALID_GRANT and USER_NOT_FOUND in error.description.lower():
        code = "no_account"
    else:
        code = FROM_RESOURCE_AS.get(error.error, "refused_by_resource")
    said: dict[str, Any] = {"error": error.error, "description": error.description, "status": error.status}
    if code == "stronger_signin":
        said |= {"max_age": error.max_age, "acr_values": error.acr_values}
    return Verdict(Run.State.REFUSED, {"code": code, "leg": STEP_OF_LEG[error.leg], **said})


@judge.register
def _api_refused(error: ApiRefused) -> Verdict:
    narrowed = error.error == protocol.ERROR_INSUFFICIENT_SCOPE
    code = "read_only_by_resource" if narrowed else "refused_by_resource"
    said: dict[str, Any] = {"error": error.error, "description": error.message, "status": error.status}
    if error.demand:
        code = "stronger_signin"
        said |= {"max_age": error.demand.max_age, "acr_values": error.demand.acr_values}
    return Verdict(Run.State.REFUSED, {"code": code, "leg": Step.Name.CALL_API, **said})


@judge.register
def _scope_narrowed(error: ScopeNarrowed) -> Verdict:
    leg = Step.Name.ASK_IDP if error.by == "idp" else Step.Name.PRESENT
    code = f"read_only_by_{error.by}"
    if READ not in error.granted.split():
        code = "blocked_by_idp" if error.by == "idp" else "refused_by_resource"
    outcome = {"code": code, "leg": leg, "asked": error.asked, "granted": error.granted}
    return Verdict(Run.State.REFUSED, outcome)


@judge.register
def _not_offered(error: NotOffered) -> Verdict:
    return Verdict(Run.State.REFUSED, {"code": "not_offered", "reason": str(error)})


@judge.register
def _actions_narrowed(error: ActionsNarrowed) -> Verdict:
    leg = Step.Name.ASK_IDP if error.by == "idp" else Step.Name.PRESENT
    return Verdict(Run.State.REFUSED, {"code": "action_withheld", "leg": leg, "reason": str(error)})


@judge.register
def _signin_ended(error: SigninEnded) -> Verdict:
    return Verdict(Run.State.REFUSED, {"code": "sign_in_again", "reason": str(error)})


@judge.register
def _unexpected_response(error: UnexpectedResponse) -> Verdict:
    outcome = {"code": "unusable_answer", "leg": STEP_OF_LEG[error.leg], "reason": f"{error.field}: {error.rule}"}
    return Verdict(Run.State.FAILED, outcome)


@judge.register
def _issuer_unusable(error: IssuerUnusable) -> Verdict:
    """An issuer that gave no document may give one later; one that says the wrong thing will say it again."""
    if isinstance(error.cause, IssuerUnreachable):
        return _silence(error)
    code = "misconfigured" if isinstance(error.cause, IssuerMismatch) else "unusable_answer"
    return Verdict(Run.State.FAILED, {"code": code, "leg": STEP_OF_LEG[error.leg], "reason": error.reason})


@judge.register(NoAnswer)
@judge.register(ApiUnavailable)
def _silence(error: NoAnswer | ApiUnavailable | IssuerUnusable) -> Verdict:
    code = "idp_down" if error.leg == "token exchange" else "resource_down"
    outcome = {"code": code, "leg": STEP_OF_LEG[error.leg], "reason": error.reason}
    return Verdict(Run.State.FAILED, outcome, try_later=True, retry_after=error.retry_after)


@judge.register(RateLimited)
@judge.register(ApiLimited)
def _limited(error: RateLimited | ApiLimited) -> Verdict:
    code = "idp_limited" if error.leg == "token exchange" else "resource_limited"
    outcome = {"code": code, "leg": STEP_OF_LEG[error.leg], "reason": error.reason}
    return Verdict(Run.State.FAILED, outcome, try_later=True, is_limited=True, retry_after=error.retry_after)


@judge.register
def _subject_busy(error: SubjectBusy) -> Verdict:
    return Verdict(Run.State.FAILED, {"code": "busy", "leg": Step.Name.ASK_IDP}, try_later=True)

"""The policy's decisions: pure functions over what the admin wrote, each answering with its reason.

In the flow, token exchange turns these answers into checks I9 to I13, and the admin's and the employee's pages
show the same answers in advance. No answer is "yes" for want of a row: default deny (ID-JAG §4.3.3).

Deliberately does not: touch the database or the wire. An OAuth error code is the caller's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp_mock.policy.models import CrossAppConnection
from idp_mock.signin.factors import ACR_MFA


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: str


@dataclass(frozen=True)
class SignInDecision(Decision):
    """With what the connection demands of a sign-in: ``max_age`` in seconds, ``acr_values`` as a client asks."""

    max_age: int | None
    acr_values: str


@dataclass(frozen=True)
class ScopeDecision:
    """``granted`` is never more than was asked and never more than the admin allows; ``withheld`` is the rest."""

    granted: tuple[str, ...]
    withheld: tuple[str, ...]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.withheld)


@dataclass(frozen=True)
class ResourceDecision(Decision):
    """``granted`` is what goes into the ID-JAG; nothing means that its audience decides alone."""

    granted: tuple[str, ...]


def decide_connection(connection: CrossAppConnection | None, *, is_stopped: bool) -> Decision:
    """Whether anybody at all may be acted for here: the admin made the connection and left it on.

    ``is_stopped`` is the enterprise's kill switch. It comes first, so that one hand stops everything, and the
    connections are as they were when it is taken back.
    """
    if is_stopped:
        return Decision(False, "The administrator has stopped all cross app access.")
    if connection is None:
        return Decision(False, "The administrator has not connected these two apps.")
    if not connection.is_on:
        return Decision(False, "The administrator has switched this connection off.")
    return Decision(True, "The connection is on.")


def decide_quota(connection: CrossAppConnection, *, issued: int) -> Decision:
    """Whether this person's quota at the resource app has something left this month, whichever apps used it up."""
    quota = connection.monthly_quota
    if quota is not None and issued >= quota:
        text = f"The quota of {quota} ID-JAGs a month for this person at the resource app is used up"
        return Decision(False, f"{text}. It begins anew on the first of the next month, UTC.")
    return Decision(True, "The quota is not used up.")


def decide_person(*, is_in_groups: bool, may_use_resource_app: bool) -> Decision:
    """Whether this person may be acted for: an app never reaches for her what she may not open herself."""
    if not is_in_groups:
        return Decision(False, "The connection is not for any group this person is in.")
    if not may_use_resource_app:
        return Decision(False, "This person is not assigned to the resource app.")
    return Decision(True, "This person is in a group of the connection, and assigned to the resource app.")


def decide_resource(connection: CrossAppConnection, asked: Sequence[str]) -> ResourceDecision:
    """All resources asked for belong to the authorization server that ``audience`` names, or the request fails.

    Granting the part that fits would hand an ID-JAG to a client that mistook whose API it is about to call. Where
    the admin has chosen APIs, a request that names none gets these: an ID-JAG without would be good for all.
    """
    if any(resource not in connection.resource_app.resources for resource in asked):
        return ResourceDecision(
            False, "A resource asked for is not one of the resource app named in audience.", ()
        )
    if connection.resource_condition == CrossAppConnection.ResourceCondition.ANY:
        return ResourceDecision(True, "Every resource asked for belongs to the resource app.", tuple(asked))
    allowed = allowed_resources(connection)
    if not allowed or any(resource not in allowed for resource in asked):
        return ResourceDecision(False, "The administrator has not chosen this resource for the connection.", ())
    return ResourceDecision(True, "The administrator has chosen every resource.", tuple(asked) or allowed)


def allowed_resources(connection: CrossAppConnection) -> tuple[str, ...]:
    """The APIs the admin lets this app reach: always within those that the resource app has."""
    offered = connection.resource_app.resources
    if connection.resource_condition == CrossAppConnection.ResourceCondition.ANY:
        return tuple(offered)
    return tuple(resource for resource in offered if resource in connection.resources)


def decide_scope(connection: CrossAppConnection, asked: Sequence[str]) -> ScopeDecision:
    """What of ``asked`` is granted; with nothing asked, the connection's defaults, and never everything."""
    allowed = allowed_scopes(connection)
    wanted = tuple(dict.fromkeys(asked or connection.default_scopes))
    granted = tuple(scope for scope in wanted if scope in allowed)
    return ScopeDecision(granted, tuple(scope for scope in asked if scope not in allowed))


def allowed_scopes(connection: CrossAppConnection) -> tuple[str, ...]:
    """The scopes the admin lets this app ask for: always within those that the resource app has."""
    offered, chosen = connection.resource_app.scope_names, connection.scopes
    match CrossAppConnection.ScopeCondition(connection.scope_condition):
        case CrossAppConnection.ScopeCondition.ANY:
            return offered
        case CrossAppConnection.ScopeCondition.ONLY:
            return tuple(scope for scope in offered if scope in chosen)
        case CrossAppConnection.ScopeCondition.NOT:
            return tuple(scope for scope in offered if scope not in chosen)


def decide_sign_in(
    connection: CrossAppConnection, granted: Sequence[str], *, auth_time: datetime, acr: str, now: datetime
) -> SignInDecision:
    """Whether the person proved who she is recently and strongly enough for what is ``granted`` (ID-JAG §9.2).

    The answer names all that is demanded, not only what failed: a client follows it once, and may be slow at it.
    """
    limit = connection.max_authentication_age
    scopes = [scope for scope in granted if scope in connection.second_factor_scopes]
    demanded = {"max_age": limit, "acr_values": ACR_MFA if scopes else ""}
    if scopes and acr != ACR_MFA:
        reason = f"The connection asks for a second factor for {' '.join(scopes)}."
        return SignInDecision(False, reason, **demanded)
    if limit is not None and now - auth_time > timedelta(seconds=limit):
        return SignInDecision(False, f"The connection asks for a sign-in of the last {limit} seconds.", **demanded)
    return SignInDecision(True, "The sign-in is strong enough.", **demanded)

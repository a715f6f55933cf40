"""What lies on the desk while an ID-JAG is judged: what was presented, by whom, and what is known of it so far.

The checks of ``id_jag.py`` take a ``Presented`` and return it with their finding, so that nothing is known before
the check that establishes it has run.

Deliberately does not: decide anything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from xaa import protocol
from xaa.authorization_details import Details
from xaa.checks import Verdict
from xaa.dpop import Proof
from xaa.jwt_bearer.policy import DecideDetail, Names
from xaa.metadata import TrustedIssuer


class IdJagRejected(Exception):
    """A check said no. ``reason`` (expected, found) is for the log, ``error`` and ``description`` for the wire."""

    def __init__(self, reason: str, *, error: str = protocol.ERROR_INVALID_GRANT, description: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error
        self.description = description


@dataclass(frozen=True)
class TrustedIdp(TrustedIssuer):
    """A line of the trust list with rules of its own; None is what holds for all (``conf``)."""

    single_use: bool | None = None
    max_lifetime: int | None = None
    default_resource: str | None = None
    disclose_unknown_user: bool | None = None
    resources: Names | None = None
    resource_scopes: Mapping[str, Names] | None = None
    resource_parameter: str | None = None
    scope_parameter: str | None = None


OWN_RULES: Final = tuple(
    {name.name for name in fields(TrustedIdp)} - {name.name for name in fields(TrustedIssuer)}
)
NOBODY: Final = TrustedIssuer(issuer="", algorithms=())
MAX_ACT_CHARACTERS: Final = 1024
"""An access token travels in a header, so a longer ``act`` is left out of it."""


@dataclass(frozen=True)
class IdJag:
    """An ID-JAG whose signature holds: the IdP's words. The properties trust the checks that came before.

    ``trusted`` is the line of the trust list that it stands on. A project whose lines say more than ours (a
    subclass of ``TrustedIssuer``) reads it there, and need not look the issuer up again.
    """

    issuer: str
    claims: Mapping[str, Any]
    trusted: TrustedIssuer = NOBODY

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])

    @property
    def client_id(self) -> str:
        return str(self.claims["client_id"])

    @property
    def jti(self) -> str:
        return str(self.claims["jti"])

    @property
    def expires_at(self) -> int:
        return int(self.claims["exp"])

    @property
    def scope(self) -> Names:
        return tuple(str(self.claims.get("scope", "")).split())

    @property
    def resource(self) -> Names:
        resource = self.claims.get("resource", ())
        return (resource,) if isinstance(resource, str) else tuple(resource)

    @property
    def act(self) -> Mapping[str, Any]:
        """Who acts for the person, and for whom in turn, by the IdP's word (RFC 8693 §4.1); {} when it is silent.

        Also when what it says is no object or too long to carry on: ID-JAG §9.7 gives no ground to refuse it.
        """
        act = self.claims.get(protocol.ACT)
        try:
            return act if isinstance(act, dict) and len(json.dumps(act)) <= MAX_ACT_CHARACTERS else {}
        except RecursionError:  # nested so deep that it could be read and not written again
            return {}


@dataclass(frozen=True)
class Rules:
    """What this server holds an ID-JAG to: its configuration, as values. Times are seconds."""

    issuer: str
    resources: Names
    default_resource: str
    max_lifetime: int
    leeway: int
    single_use: bool
    disclose_unknown_user: bool
    token_endpoint: str
    dpop_window: int
    bound_resources: frozenset[str]
    details_types: Mapping[str, DecideDetail]
    resource_scopes: Mapping[str, Names]
    resource_parameter: str
    scope_parameter: str

    def held_to(self, trusted: TrustedIssuer) -> "Rules":
        """These rules, with those that the line of ``trusted`` has of its own in their place."""
        if not isinstance(trusted, TrustedIdp):
            return self
        own = {name: getattr(trusted, name) for name in OWN_RULES}
        return replace(self, **{name: value for name, value in own.items() if value is not None})


@dataclass(frozen=True)
class Client:
    """The client that authenticated at this token endpoint, and what its registration allows it to get.

    ``application`` is its row, as the validator found it, for a project that has more to say of it.
    """

    client_id: str
    allowed_scopes: Names
    application: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Decision:
    """How one redemption ended, for whoever keeps a log of them (``JWT_BEARER_DECISION_LOG``).

    ``verdicts`` are R1 to R15, ``error`` is what the wire was told, empty for a token; ``presented`` is None when
    the request was refused before its ID-JAG was looked at. No part of it holds a token in its text.
    """

    client_id: str
    verdicts: tuple[Verdict, ...]
    error: str = ""
    presented: "Presented | None" = None


UNREAD: Final = IdJag(issuer="", claims={})
UNPROVEN: Final = Proof(jkt="", jti="", htu="", iat=0)


@dataclass(frozen=True)
class Presented:
    """An ID-JAG on the desk, and what the checks so far have established. A check returns it with its finding."""

    assertion: str = field(repr=False)
    client: Client
    rules: Rules
    now: float
    requested_scope: Names = ()
    requested_resource: Names = ()
    requested_details: str = ""
    grant_type: str = protocol.GRANT_JWT_BEARER
    dpop_headers: Names = field(default=(), repr=False)
    # R3 finds these; they steer the way to a key and decide nothing.
    unverified_header: Mapping[str, Any] = field(default_factory=dict)
    unverified_claims: Mapping[str, Any] = field(default_factory=dict)
    # R5, R6, R8, R12, R13, R14 find these.
    trusted: TrustedIssuer = NOBODY
    id_jag: IdJag = UNREAD
    proof: Proof = UNPROVEN
    user: Any = None
    resource: Names = ()
    scope: Names = ()
    details: Details = ()

"""What is known at each point of a token exchange. Names change when trust changes.

``Requested`` is what somebody asked for: nothing in it is believed. ``Subject`` is what a subject token says once
it has proved to be ours, the same for both kinds of token. ``Standing`` (``idp_mock.policy``) is what the
admin's rows say. An ``Exchange`` holds the three and is replaced, never changed, as the checks establish more.

Deliberately does not: judge, or reach for what a check has not established yet. An exchange that skips the
verification of its subject token has no subject to go on with.
"""

from dataclasses import dataclass, field
from datetime import datetime

from idp_mock.directory.models import App, Person
from idp_mock.policy.standing import Standing
from idp_mock.policy.tenants import Place
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.form import TokenForm
from idp_mock.tokens.models import TokenFamily
from xaa import protocol
from xaa.authorization_details import Details


@dataclass(frozen=True)
class Requested:
    """The parameters of a token exchange request (RFC 8693 §2.1, ID-JAG §4.3), as sent; absent ones are empty."""

    requested_token_type: str
    audiences: tuple[str, ...]
    resources: tuple[str, ...]
    scope: str
    subject_token_type: str
    subject_token: str = field(repr=False)
    has_actor: bool
    authorization_details: str
    dpop_headers: tuple[str, ...] = field(repr=False)

    @property
    def audience(self) -> str:
        """The one authorization server that the ID-JAG is for; check I2 has seen that there is one."""
        return self.audiences[0] if self.audiences else ""


def read_request(form: TokenForm) -> Requested:
    """The form's parameters under their names. Empty ones count as absent (RFC 6749 §3.2)."""
    return Requested(
        requested_token_type=form.optional("requested_token_type"),
        audiences=form.every("audience"),
        resources=tuple(dict.fromkeys(form.every("resource"))),
        scope=form.optional("scope"),
        subject_token_type=form.optional("subject_token_type"),
        subject_token=form.optional("subject_token"),
        has_actor=bool(form.optional("actor_token") or form.optional("actor_token_type")),
        authorization_details=form.optional(protocol.AUTHORIZATION_DETAILS),
        dpop_headers=form.dpop_headers,
    )


@dataclass(frozen=True)
class Subject:
    """What a subject token of ours says: issued to whom, good for how long, and whose sign-in it tells of."""

    audiences: tuple[str, ...]
    authorized_party: str
    issued_at: datetime
    expires_at: datetime
    session: IdpSession
    auth_time: datetime
    amr: tuple[str, ...]
    acr: str
    shares_email: bool
    """The ``email`` scope was granted at sign-in, so the app may learn the address."""
    family: TokenFamily | None = None
    """Of a refresh token: what ends with it. An ID Token has none."""
    is_revoked: bool = False
    """Of an ID Token: what the app got in this sign-in was revoked since."""
    was_rotated: bool = False
    """A refresh token that was already exchanged for its successor: somebody holds a copy."""

    @property
    def person(self) -> Person:
        return self.session.person


@dataclass(frozen=True)
class Exchange:
    """One token exchange so far. Each field below the line is set by the check that establishes it."""

    app: App
    requested: Requested
    now: datetime
    # ------------------------------------------------------------------------
    jkt: str = ""  # I1: the key that the client proved to hold; empty without a proof
    asked_details: Details = ()  # I2
    subject: Subject | None = None  # I4
    standing: Standing | None = None  # I7
    granted_resources: tuple[str, ...] = ()  # I11
    granted_scopes: tuple[str, ...] = ()  # I12
    granted_details: Details = ()  # I12
    assertion_id: str = ""  # I4, of a SAML assertion
    place: Place | None = None  # I14: the client's name at the resource app, and in which tenant

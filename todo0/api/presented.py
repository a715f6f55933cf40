"""What lies on the desk while an access token is judged, and what remains of one that passed.

The checks of ``access_token.py`` take a ``Presented`` and return it with their finding, so that nothing is
known before the check that establishes it has run.

Deliberately does not: decide anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User

from todo0.api.step_up import NOTHING, Demand
from todo0.authserver.dot import Application
from todo0.todos.changes import Actor

Claims = Mapping[str, Any]


def _nothing() -> Claims:
    return MappingProxyType({})


@dataclass(frozen=True)
class Presented:
    """A request's credentials and what its method needs; the second half is found by the checks.

    ``action`` is what it does, in the words of Todo0's ``authorization_details``, at ``resource``, and ``todo_id``
    to which todo, if it says so: without an action and a resource, a token that has details is refused. ``url`` is
    its address as the world writes it, which is what a DPoP proof is made out to.
    """

    authorization: str = field(repr=False)
    dpop_headers: tuple[str, ...] = field(repr=False)
    elsewhere: str
    required_scope: str
    method: str
    url: str
    now: datetime
    resource: str = ""
    action: str = ""
    todo_id: int | None = None
    demand: Demand = NOTHING
    """What the action wants of the person's sign-in."""
    # A1, A2 and A5 find these.
    scheme: str = ""
    token: str = field(default="", repr=False)
    header: Claims = field(default_factory=_nothing)
    claims: Claims = field(default_factory=_nothing)
    row: Any = None
    # A6 finds this.
    reach: frozenset[int] | None = None

    def without_credentials(self) -> "Presented":
        return replace(self, authorization="", dpop_headers=(), token="")


@dataclass(frozen=True)
class Access:
    """Whose it is, for which app, how far it reaches, on whose word. No token: nothing here could be
    replayed.

    ``acting`` is who acts through the app, if the issuer named somebody: for the record, and nothing is granted by
    it. ``reach`` is the ids of the todos it is limited to; None: all that are the user's. ``judged`` is what was
    found, for what a request does besides (``access_token.check_also``).
    """

    user: User
    client: Application
    scope: str
    issuer: str
    fingerprint: str
    judged: Presented = field(repr=False)
    acting: str = ""
    reach: frozenset[int] | None = None

    def as_actor(self) -> Actor:
        return Actor(
            user=self.user,
            client=self.client,
            issuer=self.issuer,
            scope=self.scope,
            token_fingerprint=self.fingerprint,
            acting=self.acting,
        )

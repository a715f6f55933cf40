"""Where a sign-in finds its connection, those that are being set up included: ``SIGNIN_CONNECTIONS`` names this.

In the flow a setup can be tried before it is a connection, and by nothing but a trial: its name is no
connection's, no e-mail address and no ID-JAG leads to it, and ``trial`` lets nobody but its own browser begin.

Deliberately does not: find a setup that is over, or one with a part missing.
"""

from typing import Final

from django.utils import timezone

from todo0.federation import connections
from todo0.federation.connections import (
    TRIAL,
    find_connection_for_email,
    find_connection_for_issuer,
)
from todo0.self_service.models import Invitation
from xaa.signin.connections import Connection

__all__ = ["find_connection", "find_connection_for_email", "find_connection_for_issuer"]

TRIED_SETUP: Final = f"{TRIAL}setup:"
"""Before an invitation's number: a colon is in no connection's name."""


def find_connection(slug: str) -> Connection:
    if slug.startswith(TRIED_SETUP):
        return describe(load_setup(slug), slug)
    return connections.find_connection(slug)


def load_setup(slug: str) -> Invitation:
    """The setup of that number that is under way and has all that a sign-in needs; ``LookupError`` otherwise."""
    number = slug.removeprefix(TRIED_SETUP)
    found = Invitation.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    if not found or not found.is_registered or found.state_at(timezone.now()) is not Invitation.State.UNDER_WAY:
        raise LookupError("no setup of that number is under way")
    return found


def describe(invitation: Invitation, slug: str) -> Connection:
    return Connection(
        slug=slug,
        name=invitation.name,
        issuer=invitation.issuer,
        client_id=invitation.client_id,
        client_secret=invitation.client_secret,
        algorithms=tuple(invitation.algorithms.split()),
    )

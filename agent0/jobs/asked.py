"""What a Run needs of a token: for which resource, with which scopes, for which actions.

In the flow the worker asks for exactly this, keeps the token under it and calls with it: privileges stay small
(RFC 9700 §2.3).

Deliberately does not: know what was granted.
"""

from typing import NamedTuple

from django.dispatch import Signal

from agent0.jobs import actions
from agent0.jobs.details import details_for
from agent0.jobs.models import Run
from agent0.ways import resource_of
from xaa.authorization_details import Details, dump_details
from xaa.client import CrossAppSession, TokenKey


class Asked(NamedTuple):
    """As ``CrossAppSession`` takes it: ``session.request(method, url, **asked._asdict())``."""

    resource: str
    scope: tuple[str, ...]
    details: Details

    def key_of(self, session: CrossAppSession) -> TokenKey:
        return TokenKey(session.user, self.resource, self.scope, dump_details(self.details))


asking = Signal()
"""Sent with ``asked``; a receiver may return what to ask for instead. DEMO ONLY: the lab (``agent0.faults``) does,
while a fault is armed. Nobody listens where there is no stage."""


def asked_for(run: Run) -> Asked:
    asked = Asked(resource_of(run.way), actions.SCOPES[run.kind], details_for(run))
    others = (other for _, other in asking.send(sender=Run, asked=asked))
    return next((other for other in others if other is not None), asked)

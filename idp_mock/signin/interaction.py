"""An authorization request that waits for a sign-in, carried through the sign-in page in its URL.

It is signed because it holds when the client asked: ``prompt=login`` and ``max_age`` are satisfied by a sign-in
after that moment, and the person in front of the browser must not be able to move it.

Deliberately does not: vouch for the request. When it comes back, every parameter is checked again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.core import signing
from django.http import QueryDict

from idp_mock.directory.models import Enterprise

SALT = "idp_mock.signin.interaction"


class InteractionLost(Exception):
    """The sign-in page was open for too long, or its address was changed."""


@dataclass(frozen=True)
class Interaction:
    """The waiting request: its parameters, and when the client asked."""

    params: QueryDict
    asked_at: datetime


def dump_interaction(enterprise: Enterprise, interaction: Interaction) -> str:
    content = {
        "tenant": enterprise.slug,
        "params": interaction.params.urlencode(),
        "asked_at": interaction.asked_at.timestamp(),
    }
    return signing.dumps(content, salt=SALT, compress=True)


def load_interaction(enterprise: Enterprise, value: str, *, now: datetime) -> Interaction:
    try:
        content = signing.loads(value, salt=SALT)
    except signing.BadSignature as error:
        raise InteractionLost from error
    asked_at = datetime.fromtimestamp(content["asked_at"], UTC)
    if content["tenant"] != enterprise.slug or now - asked_at > settings.IDP_SIGN_IN_TIME_LIMIT:
        raise InteractionLost
    return Interaction(QueryDict(content["params"]), asked_at)

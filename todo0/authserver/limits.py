"""How many ID-JAGs may be redeemed here: by all clients together, as Auth0 limits a tenant.

In the flow: ``JWT_BEARER_ADMIT``, asked when the client has authenticated and nothing else was done. Auth0
documents 5 a second in its Beta, later half of what the tenant may ask of the whole Authentication API; where its
tables give a rate by the second, the burst is the same number. Headers and error code are its own, too.

Deliberately does not: share the allowance out among the clients. One that floods makes the others wait, as at
Auth0; with ``client_id`` in the subject each would have a bucket of its own.
"""

import logging
from typing import Final

from django.conf import settings

from xaa.clock import read_clock
from xaa.jwt_bearer.errors import TooManyRequests
from xaa.throttle.bucket import take

SUBJECT: Final = ("id-jag",)
"""The one bucket. ``xaa.throttle.bucket.set_allowance`` gives it an admin's own numbers, which then count."""

log = logging.getLogger("todo0.limits")


def admit(client_id: str) -> dict[str, str]:
    """Headers for the answer, or ``TooManyRequests``. One SQL statement; none when the limit is off."""
    if settings.ID_JAG_LIMIT is None:
        return {}
    taken = take(SUBJECT, settings.ID_JAG_LIMIT, now=read_clock())
    if taken.refused:
        if taken.refused == 1:  # the first of a flood speaks for it
            log.warning("api_limit: client %s told to wait %s s", client_id, taken.wait)
        raise TooManyRequests(wait=taken.wait, headers=taken.headers)
    return taken.headers

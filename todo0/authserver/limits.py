"""How many ID-JAGs may be redeemed here: by all clients together, as Auth0 limits a tenant.

In the flow: ``JWT_BEARER_ADMIT``, asked when the client has authenticated and nothing else was done. Auth0
documents 5 a second in its Beta, later half of what the tenant may ask of the whole Authentication API; where its
tables give a rate by the second, the burst is the same number. Headers and error code are its own, too, and so is
``api_limit``, by which the log tells of it.

The limit is a rule of the server (``federation.tenant``), read with the client. With a share, which Auth0 does not
have, one client's flood leaves the others the rest: its own bucket is asked first, and takes nothing of theirs.

Deliberately does not: count what is told to wait. Waiting costs nobody anything.
"""

import logging
from typing import Final

from django.conf import settings

from todo0.assertions.record import record_limit
from xaa.clock import read_clock
from xaa.jwt_bearer.errors import TooManyRequests
from xaa.jwt_bearer.presented import Client
from xaa.throttle.allowance import Allowance, parse_allowance
from xaa.throttle.bucket import Taken, take, take_both

SUBJECT: Final = ("id-jag",)
"""The bucket of all together; with its id behind it, a client's own."""
OFF: Final = "off"

log = logging.getLogger("todo0.limits")


def admit(client: Client) -> dict[str, str]:
    """Headers for the answer, or ``TooManyRequests``. One SQL statement, none when it is off."""
    limit, share, now = limit_of(client.application.id_jag_limit), client.application.client_share, read_clock()
    if limit is None:
        return {}
    of_all = f"{limit}, of all clients together"
    if share and share < 100:
        own = limit.share(share)
        asked = take_both(((*SUBJECT, client.client_id), own), (SUBJECT, limit), now=now)
        told = (f"{own}, its share", of_all)
    else:
        asked, told = [take(SUBJECT, limit, now=now)], (of_all,)
    for taken, words in zip(asked, told, strict=False):  # of two, the second is not asked when the first refuses
        check_taken(taken, client, limit=words)
    return asked[-1].headers


def limit_of(rule: str | None) -> Allowance | None:
    """What the rule says; where it says nothing, the environment."""
    if not rule:
        found: Allowance | None = settings.ID_JAG_LIMIT
        return found
    return None if rule == OFF else parse_allowance(rule)


def check_taken(taken: Taken, client: Client, *, limit: str) -> None:
    if not taken.refused:
        return
    if taken.refused == 1:  # the first of a flood speaks for it
        log.warning("api_limit: client %s told to wait %s s", client.client_id, taken.wait)
        record_limit(client.client_id, limit=limit)
    raise TooManyRequests(wait=taken.wait, headers=taken.headers)

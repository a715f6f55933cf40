"""Clients that fail: to authenticate, or with what they present; counted by the client they name and by address.

A request is judged first and counted only when it was refused, so nobody's failures ever keep the right client
out: with its secret or key, and a good ID-JAG, it passes, however many others guess in its name or from its
address. That gives up nothing, because nobody guesses 256 random bits or a key; what the limit ends is the
noise, and it tells an honest client with a wrong secret to stop asking (``Retry-After``). Where people choose
the secret, this would be wrong: there the attempt is not even looked at (``find_wait``).

Deliberately does not: read ``X-Forwarded-For``, which anybody can write. Behind a proxy all share its address,
which is why that limit is wide. Nor bound what succeeds: that is another limit, for another reason.
"""

import base64
import binascii
import logging
from typing import Final
from urllib.parse import unquote_plus

from django.http import HttpRequest

from xaa.throttle.counting import Limit, count_failure

FAILURES_OF_CLIENT: Final = 30
FAILURES_FROM_ADDRESS: Final = 300
REFUSED_GRANTS_OF_CLIENT: Final = 600
REFUSED_FOR_ITS_GRANT: Final = frozenset({"invalid_grant", "invalid_scope", "invalid_target"})
"""All alike, so that counting tells nobody which it was (RFC 7523 §3.1)."""

log = logging.getLogger("xaa.throttle")


def count_failed_client(request: HttpRequest) -> int:
    """Call it when authentication failed: seconds to tell the caller to wait, or 0 for the ordinary refusal."""
    named, address = find_named_client(request), str(request.META.get("REMOTE_ADDR", ""))
    wait = count_failure(
        Limit(("client", named, address), FAILURES_OF_CLIENT), Limit(("address", address), FAILURES_FROM_ADDRESS)
    )
    return _tell(wait, named, address)


def count_refused_grant(request: HttpRequest) -> int:
    """The same for an authenticated client whose grant was refused."""
    named, address = find_named_client(request), str(request.META.get("REMOTE_ADDR", ""))
    return _tell(count_failure(Limit(("grant", named, address), REFUSED_GRANTS_OF_CLIENT)), named, address)


def _tell(wait: int, named: str, address: str) -> int:
    if wait:
        log.warning("fails too often: client %r from %s, told to wait %s s", named[:80], address, wait)
    return wait


def find_named_client(request: HttpRequest) -> str:
    """The client id that the request goes by, in the header or the form; "" when it names none."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return str(request.POST.get("client_id", ""))
    try:
        return unquote_plus(base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[0])
    except (binascii.Error, ValueError):
        return ""

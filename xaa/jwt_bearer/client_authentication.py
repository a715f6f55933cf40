"""``private_key_jwt`` here: a client signs instead of sending a secret (RFC 7523 §2.2; RFC 7521 §4.2).

In the flow this is part of R1, and works wherever the validator authenticates clients: the token endpoint with
every grant, introspection, revocation. What makes an assertion good is told in ``xaa.client_assertion``; here it
meets this server: the keys of its ``CrossAppClient``, its issuer as the only audience, its replay table.

django-oauth-toolkit knows secrets only. Nothing of it is patched: its validator asks here first.

Deliberately does not: fetch a client's keys from an address (``jwks_uri``). They are part of its registration.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from xaa import protocol
from xaa.client_assertion import (
    ClientAssertionRejected,
    peek_client_id,
    read_client_keys,
    verify_client_assertion,
)
from xaa.jwt_bearer import replay
from xaa.jwt_bearer.conf import conf
from xaa.jwt_bearer.models import CrossAppClient

log = logging.getLogger("xaa.jwt_bearer")

Load = Callable[[str, Any], Any]
"""The validator's own look-up: client id and request to an ``Application``, or None."""


def names_several_ways(request: Any) -> bool:
    """Several sets of credentials, which could be several clients' (RFC 6749 §2.3)."""
    ways = (request.headers.get("Authorization"), request.client_secret, uses_assertion(request))
    return len([way for way in ways if way]) > 1


def uses_assertion(request: Any) -> bool:
    """Either parameter shows the intent; with one alone nobody is authenticated."""
    return any(getattr(request, name, None) for name in ("client_assertion", "client_assertion_type"))


def find_permission(application: Any) -> CrossAppClient | None:
    """What is registered of a client besides its ``Application``; read once a request, for all who ask."""
    found: CrossAppClient | None = getattr(application, "cross_app_access", None)
    return found


def has_keys(application: Any) -> bool:
    permission = find_permission(application)
    return permission is not None and bool(permission.jwks)


def authenticate_by_key(request: Any, load_application: Load) -> bool:
    """Whether the request's assertion proves that it comes from the client it names; the log says why not."""
    try:
        _verify(request, load_application)
    except ClientAssertionRejected as rejected:
        log.warning("R1 client assertion refused: %s", rejected.reason)
        return False
    return True


def _verify(request: Any, load_application: Load) -> None:
    if names_several_ways(request):
        raise ClientAssertionRejected("expected one way of authenticating, found several")
    if getattr(request, "client_assertion_type", None) != protocol.CLIENT_ASSERTION_TYPE:
        raise ClientAssertionRejected("client_assertion_type: expected the one for JWTs")
    assertion = getattr(request, "client_assertion", None) or ""
    client_id = peek_client_id(assertion)
    if request.client_id not in (None, "", client_id):
        raise ClientAssertionRejected("client_id: expected the client of the assertion, found another")
    application = load_application(client_id, request)
    permission = find_permission(application)
    if permission is None or not permission.jwks:
        raise ClientAssertionRejected(f"sub: expected a client with registered keys, found {client_id!r:.80}")
    verify_client_assertion(
        assertion,
        client_id=application.client_id,
        issuer=conf.issuer,
        keys=read_client_keys(permission.jwks),
        now=time.time(),
        leeway=conf.leeway,
        claim=partial(replay.claim_client_assertion, application.client_id),
    )

"""``private_key_jwt`` here: a client signs instead of sending a secret (RFC 7523 §2.2; RFC 7521 §4.2).

In the flow this is part of R1, and works wherever the validator authenticates clients: the token endpoint with
every grant, introspection, revocation. What makes an assertion good is told in ``xaa.client_assertion``; here it
meets this server: the keys of its ``CrossAppClient``, its issuer as the only audience, its replay table.

django-oauth-toolkit knows secrets only. Nothing of it is patched: its validator asks here first.

Deliberately does not: fetch the keys of a registered client from an address (``jwks_uri``). They are part of its
registration; those of a client whose id is a URL are in its document (``client_documents.py``).
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from xaa import jose, protocol
from xaa.client_assertion import (
    ClientAssertionRejected,
    peek_client_id,
    read_client_keys,
    verify_client_assertion,
)
from xaa.clock import read_clock
from xaa.jwt_bearer import replay
from xaa.jwt_bearer.client_documents import find_metadata
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
    return find_keys(application) is not None


def find_keys(application: Any) -> jose.KeySet | None:
    """The public keys that a client publishes in its document, or that are registered for it; None without any."""
    if metadata := find_metadata(application):
        return metadata.keys
    permission = find_permission(application)
    return read_client_keys(permission.jwks) if permission and permission.jwks else None


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
    keys = find_keys(application)
    if keys is None:
        raise ClientAssertionRejected(f"sub: expected a client with known keys, found {client_id!r:.80}")
    verify_client_assertion(
        assertion,
        client_id=application.client_id,
        issuer=conf.issuer,
        keys=keys,
        now=read_clock(),
        leeway=conf.leeway,
        claim=partial(replay.claim_client_assertion, application.client_id),
    )

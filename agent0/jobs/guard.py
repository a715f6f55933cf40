"""Who guards the API that a Run is about to call: found out from the API's own refusal.

In the flow everything is discovered from one 401: a call without a token leads to the API's own metadata, that to
an authorization server, and that one's metadata to its token endpoint (RFC 9728 §5). What is not left to the far
side is whom Agent0 trusts: the resource is the URL that was called, and the authorization server must be the one
that the settings name (ID-JAG §9.4).

Deliberately does not: remember. The API is asked for every Run, as the IdP is (docs/decisions/0005).
"""

from collections.abc import Callable

from django.conf import settings

from xaa.client import Event, NoAnswer, choose_authorization_server, fetch_protected_resource
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp
from xaa.metadata import IssuerDirectory


def discover_guard(
    http: OutgoingHttp,
    directory: IssuerDirectory,
    *,
    resource: str,
    call: Callable[[OutgoingHttp], HttpAnswer],
    observe: Callable[[Event], None],
) -> str:
    """The issuer of the authorization server that guards ``resource``. ``call`` calls it without a token."""
    observe(Event("discovery", "started", {}))
    try:
        refused = call(http)
    except HttpFailure as failure:
        raise NoAnswer("discovery", resource, failure.reason) from failure
    guarded = fetch_protected_resource(http, refused)
    issuer = choose_authorization_server(directory, guarded, registered=[settings.RESOURCE_AS_ISSUER])
    observe(Event("discovery", "passed", {"issuer": issuer}))
    return issuer

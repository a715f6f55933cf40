"""Clients whose id is a URL, whose document registers them (draft-ietf-oauth-client-id-metadata-document).

In the flow this is part of R1. ``allow_client_url`` makes the row of the list: an ``Application`` that holds the
URL and nothing else, and its ``CrossAppClient`` with the scopes it may get. At each request the validator has
``read_document`` lend that row what the client says of itself; nothing of it is stored.

django-oauth-toolkit has such clients too (``oauth2_provider.cimd``); its switch ``CIMD_ENABLED`` stays off here:

- it makes public clients only, and an ID-JAG is for a client that proves who it is (ID-JAG §9.1);
- it fetches first and stores what it finds; here a URL is fetched after it was found on the list, so a stranger
  starts no request and writes no row;
- its fetcher looks at the address as ours does, but lets multicast pass and headers drip; and this package has one
  way out (``xaa.http``), so that there is one place to guard and one loophole for the demo.

What is used of it: the length of its ``client_id``, the mark ``registration_source``, its match of redirect URIs.

Deliberately does not: set ``cimd_expires_at``. The toolkit's ``clearcimdapplications`` deletes what has expired,
and here the row is the admin's permission and not a copy of a document.
"""

import functools
import logging
from typing import Any

from django.core.signals import setting_changed
from oauth2_provider.models import AbstractApplication, get_application_model

from xaa import protocol
from xaa.client_metadata import (
    MAX_BYTES,
    ClientDirectory,
    ClientMetadata,
    ClientMetadataError,
    check_client_url,
)
from xaa.http import OutgoingHttp
from xaa.jwt_bearer.conf import conf
from xaa.jwt_bearer.models import CrossAppClient

log = logging.getLogger("xaa.jwt_bearer")

LISTED = {
    "registration_source": AbstractApplication.RegistrationSource.CIMD,
    "client_type": AbstractApplication.CLIENT_CONFIDENTIAL,
}
"""What marks a row that ``allow_client_url`` made; the toolkit's own are public."""


@functools.cache
def load_client_directory() -> ClientDirectory:
    """This process's documents; its caches are keyed by URL, so tenants may share it."""
    return ClientDirectory(OutgoingHttp(allow_private=conf.allow_private_addresses, max_bytes=MAX_BYTES))


def allow_client_url(client_id: str, *, name: str, allowed_scopes: str) -> CrossAppClient:
    """Put a URL on the list, or bring its row up to date. Raises ``ClientMetadataError`` for what is no such URL.

    The toolkit makes up a secret for the row; nobody has it, and it would open nothing (``validators``).
    """
    check_client_url(client_id, allow_http=conf.allow_private_addresses)
    applications = get_application_model().objects
    if applications.filter(client_id=client_id).exclude(**LISTED).exists():
        raise ClientMetadataError(f"client_id {client_id!r}: registered here by hand already")
    grant = (
        AbstractApplication.GRANT_AUTHORIZATION_CODE
    )  # the toolkit wants one; without a redirect URI it is none
    application, _ = applications.update_or_create(
        client_id=client_id,
        defaults={**LISTED, "name": name, "authorization_grant_type": grant, "redirect_uris": ""},
    )
    client, _ = CrossAppClient.objects.update_or_create(
        application=application, defaults={"allowed_scopes": allowed_scopes, "jwks": {}}
    )
    return client


def has_document(application: Any) -> bool:
    return all(getattr(application, name) == value for name, value in LISTED.items())


def read_document(application: Any) -> Any:
    """The row, lent what its document says, for this request alone; None when it says nothing usable.

    Also when the permission is gone: without it nobody listed the URL.
    """
    if application is None or not has_document(application) or find_metadata(application):
        return application
    if getattr(application, "cross_app_access", None) is None:
        return None
    try:
        metadata = load_client_directory().load(application.client_id)
    except ClientMetadataError as error:
        log.warning("R1 client metadata document refused: %s", error)
        return None
    application.client_metadata = metadata
    if protocol.GRANT_AUTHORIZATION_CODE in metadata.grant_types:
        application.redirect_uris = " ".join(metadata.redirect_uris)
    return application


def find_metadata(application: Any) -> ClientMetadata | None:
    """What ``read_document`` found, if this client has a document."""
    found: ClientMetadata | None = getattr(application, "client_metadata", None)
    return found


def wants_grant(application: Any) -> bool:
    """A document that does not list the grant says that the client never redeems an ID-JAG (RFC 7591 §2)."""
    metadata = find_metadata(application)
    return metadata is None or protocol.GRANT_JWT_BEARER in metadata.grant_types


def _forget_documents(*, setting: str, **_: object) -> None:
    if setting == "JWT_BEARER_ALLOW_PRIVATE_ADDRESSES":
        load_client_directory.cache_clear()


setting_changed.connect(_forget_documents)

"""An app that is known by a URL: registered here is only that it may come; the rest it says of itself there.

In the flow this stands wherever an app is looked up to be trusted with something: before a person is sent back to
it, and before its signature counts. What a document is held to is told in ``xaa.client_metadata``
(draft-ietf-oauth-client-id-metadata-document). The row is the admin's list: no row, no request to the URL.

The row's grants bound the document's, so that no document gives itself a grant.

Deliberately does not: store what a document says, or take its word for a name, a group or an address for logout.
"""

import functools

from django.conf import settings
from django.core.signals import setting_changed

from idp_mock.directory.models import App
from xaa import jose, protocol
from xaa.client_assertion import read_client_keys
from xaa.client_metadata import MAX_BYTES, ClientDirectory
from xaa.http import OutgoingHttp


@functools.cache
def load_client_directory() -> ClientDirectory:
    """This process's documents, keyed by URL: what an enterprise lists is the same document for its neighbour."""
    return ClientDirectory(OutgoingHttp(allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES, max_bytes=MAX_BYTES))


def read_document(app: App) -> App:
    """``app``, for this request with what its document says, if it has one. Raises ``ClientMetadataError``."""
    if app.has_document:
        metadata = load_client_directory().load(app.client_id)
        app.grant_types = [grant for grant in app.grant_types if grant in metadata.grant_types]
        may_return = protocol.GRANT_AUTHORIZATION_CODE in app.grant_types
        app.redirect_uris = list(metadata.redirect_uris) if may_return else []
    return app


def load_keys(app: App) -> jose.KeySet:
    """The keys by which ``app`` signs. Raises ``ClientMetadataError`` or ``jose.JoseError``."""
    return load_client_directory().load(app.client_id).keys if app.has_document else read_client_keys(app.jwks)


def _forget_documents(*, setting: str, **_: object) -> None:
    if setting == "XAA_ALLOW_PRIVATE_ADDRESSES":
        load_client_directory.cache_clear()


setting_changed.connect(_forget_documents)

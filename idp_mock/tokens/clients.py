"""Client authentication at the token endpoint (RFC 6749 §2.3): HTTP Basic or form fields, never both.

The client proves who it is before anything else in the request is looked at: an ID Token alone is never enough
to get an ID-JAG (ID-JAG §4.3.3).

Deliberately does not: ``private_key_jwt``, mutual TLS, public clients (ID-JAG §9.1 wants confidential ones).
"""

import base64
import binascii
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from django.http import HttpRequest

from idp_mock.directory.models import App
from idp_mock.directory.secrets import HASH_OF_NOBODY, matches_secret
from idp_mock.directory.tenants import load_enterprise
from idp_mock.tokens.errors import InvalidClient, invalid_request
from idp_mock.tokens.form import TokenForm, is_clean


@dataclass(frozen=True)
class Credentials:
    client_id: str
    secret: str = field(repr=False)
    used_header: bool


def authenticate_client(request: HttpRequest, enterprise_slug: str, form: TokenForm) -> App:
    """The app that the request authenticates as, with its enterprise, in one SQL statement.

    An unknown client and a wrong secret take the same steps and give the same answer (RFC 9700 §2.5), so that
    nobody learns which client ids exist.
    """
    credentials = read_credentials(request, form)
    app = (
        App.objects.select_related("enterprise")
        .filter(enterprise__slug=enterprise_slug, client_id=credentials.client_id)
        .first()
    )
    secret_is_right = matches_secret(credentials.secret, app.secret_hash if app else HASH_OF_NOBODY)
    if app is None or not secret_is_right:
        load_enterprise(enterprise_slug)  # an unknown tenant is a wrong address, not a wrong client
        raise InvalidClient(used_header=credentials.used_header)
    return app


def read_credentials(request: HttpRequest, form: TokenForm) -> Credentials:
    """The one set of credentials in the request; several methods at once are refused (RFC 6749 §2.3)."""
    header = request.headers.get("Authorization", "")
    if form.optional("client_assertion") or form.optional("client_assertion_type"):
        if header or form.optional("client_secret"):
            raise invalid_request("Use one client authentication method, not several.")
        raise InvalidClient(used_header=False)
    if not header:
        return Credentials(form.optional("client_id"), form.optional("client_secret"), used_header=False)
    credentials = read_basic(header)
    if form.optional("client_secret"):
        raise invalid_request("Use one client authentication method, not several.")
    if form.optional("client_id") not in ("", credentials.client_id):
        raise invalid_request("The 'client_id' differs from the one in the Authorization header.")
    return credentials


def read_basic(header: str) -> Credentials:
    """``Basic base64(id:secret)``, each half form-encoded before (RFC 6749 §2.3.1)."""
    scheme, _, value = header.partition(" ")
    try:
        decoded = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidClient(used_header=True) from error
    client_id, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise InvalidClient(used_header=True)
    credentials = Credentials(unquote_plus(client_id), unquote_plus(secret), used_header=True)
    if not is_clean(credentials.client_id):
        raise InvalidClient(used_header=True)
    return credentials

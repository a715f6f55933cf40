"""Client authentication at the token endpoint (RFC 6749 §2.3): by secret or by key, never in two ways at once.

The client proves who it is before anything else in the request is looked at: an ID Token alone is never enough
to get an ID-JAG (ID-JAG §4.3.3).

A client is held to the way it is registered for: a secret in the header or the form, or a client assertion
(``private_key_jwt``, told in ``client_assertion.py``).

Deliberately does not: mutual TLS, public clients (ID-JAG §9.1 wants confidential ones).
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote_plus

from django.http import HttpRequest

from idp_mock.directory.models import App
from idp_mock.directory.secrets import HASH_OF_NOBODY, matches_secret
from idp_mock.directory.tenants import load_enterprise
from idp_mock.tokens.client_assertion import authenticate_by_key
from idp_mock.tokens.errors import InvalidClient, TooManyFailures, invalid_request
from idp_mock.tokens.form import TokenForm, is_clean
from xaa.throttle.clients import count_failed_client


@dataclass(frozen=True)
class Credentials:
    client_id: str
    secret: str = field(repr=False)
    used_header: bool


def authenticate_client(request: HttpRequest, enterprise_slug: str, form: TokenForm, *, now: datetime) -> App:
    """The app that the request authenticates as, with its enterprise. Failures are counted (RFC 6749 §10.10)."""
    check_one_method(request, form)
    try:
        return _authenticate(request, enterprise_slug, form, now=now)
    except InvalidClient:
        if wait := count_failed_client(request):
            raise TooManyFailures(wait) from None
        raise


def _authenticate(request: HttpRequest, enterprise_slug: str, form: TokenForm, *, now: datetime) -> App:
    if uses_assertion(form):
        return authenticate_by_key(enterprise_slug, form, now=now)
    return authenticate_by_secret(enterprise_slug, read_credentials(request, form))


def check_one_method(request: HttpRequest, form: TokenForm) -> None:
    """Two sets of credentials could be two clients', and two readers would each see another (RFC 6749 §2.3)."""
    ways = (request.headers.get("Authorization"), form.optional("client_secret"), uses_assertion(form))
    if len([way for way in ways if way]) > 1:
        raise invalid_request("Use one client authentication method, not several.")


def uses_assertion(form: TokenForm) -> bool:
    return bool(form.optional("client_assertion") or form.optional("client_assertion_type"))


def authenticate_by_secret(enterprise_slug: str, credentials: Credentials) -> App:
    """The app whose secret this is, in one SQL statement.

    An unknown client and a wrong secret take the same steps and give the same answer (RFC 9700 §2.5), so that
    nobody learns which client ids exist.
    """
    app = (
        App.objects.select_related("enterprise")
        .filter(enterprise__slug=enterprise_slug, client_id=credentials.client_id)
        .first()
    )
    # A private_key_jwt client has no secret, so nothing matches; neither does an empty one.
    secret_is_right = matches_secret(credentials.secret, (app and app.secret_hash) or HASH_OF_NOBODY)
    if app is None or not secret_is_right:
        load_enterprise(enterprise_slug)  # an unknown tenant is a wrong address, not a wrong client
        raise InvalidClient(used_header=credentials.used_header)
    return app


def read_credentials(request: HttpRequest, form: TokenForm) -> Credentials:
    """The client id and secret in the header, or else in the form."""
    header = request.headers.get("Authorization", "")
    if not header:
        return Credentials(form.optional("client_id"), form.optional("client_secret"), used_header=False)
    credentials = read_basic(header)
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

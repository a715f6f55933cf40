"""``private_key_jwt``: a client authenticates with a key that is registered here (RFC 7523 §2.2; RFC 7521 §4.2).

What makes an assertion good is told in ``xaa.client_assertion``. Here it meets this IdP: the keys of the client
that it names, the enterprise's issuer as its only audience, and the memory of what was used.

Deliberately does not: take a client registered for a secret, or say on the wire what was wrong. The log does.
"""

import hashlib
import logging
from datetime import UTC, datetime
from functools import partial
from typing import Final

from django.db import IntegrityError, transaction

from idp_mock.directory.client_documents import load_keys, read_document
from idp_mock.directory.models import App
from idp_mock.directory.tenants import load_enterprise
from idp_mock.tokens.errors import InvalidClient
from idp_mock.tokens.form import TokenForm
from idp_mock.tokens.models import UsedClientAssertion
from xaa import protocol
from xaa.client_assertion import ClientAssertionRejected, peek_client_id, verify_client_assertion
from xaa.client_metadata import ClientMetadataError

log = logging.getLogger("idp_mock.client_assertion")

SIGNING: Final = (App.Authentication.PRIVATE_KEY, App.Authentication.DOCUMENT)
LEEWAY: Final = 60
"""Seconds that a client's clock may differ from ours."""


def authenticate_by_key(enterprise_slug: str, form: TokenForm, *, now: datetime) -> App:
    """The app that signed the request's client assertion; one ``InvalidClient`` for everything that is wrong."""
    try:
        app = read_document(load_named_app(enterprise_slug, form))
        verify_client_assertion(
            form.optional("client_assertion"),
            client_id=app.client_id,
            issuer=app.enterprise.issuer,
            keys=load_keys(app),
            now=now.timestamp(),
            leeway=LEEWAY,
            claim=partial(claim, app, now),
        )
    except (ClientAssertionRejected, ClientMetadataError) as rejected:
        load_enterprise(enterprise_slug)  # an unknown tenant is a wrong address, not a wrong client
        log.warning("client assertion refused at %s: %s", enterprise_slug, rejected)
        raise InvalidClient(used_header=False) from rejected
    return app


def load_named_app(enterprise_slug: str, form: TokenForm) -> App:
    """The key client that the assertion names, and the form too if it names one (RFC 7521 §4.2)."""
    if form.optional("client_assertion_type") != protocol.CLIENT_ASSERTION_TYPE:
        raise ClientAssertionRejected("client_assertion_type: expected the one for JWTs")
    client_id = peek_client_id(form.optional("client_assertion"))
    if form.optional("client_id") not in ("", client_id):
        raise ClientAssertionRejected("client_id: expected the client of the assertion, found another")
    registered = App.objects.select_related("enterprise").filter(
        enterprise__slug=enterprise_slug,
        client_id=client_id,
        token_endpoint_auth_method__in=SIGNING,
    )
    app = registered.first()
    if app is None:
        raise ClientAssertionRejected(
            f"sub: expected a client registered for private_key_jwt, found {client_id!r:.80}"
        )
    return app


def claim(app: App, now: datetime, jti: str, keep_until: float) -> bool:
    """Whether this is the first use: one INSERT, of which any number of racing requests can win one.

    What has expired goes at the same time, so that the table never holds more than some minutes.
    """
    UsedClientAssertion.objects.filter(expires_at__lt=now).delete()
    digest = hashlib.sha256(f"{app.pk}:{jti}".encode()).hexdigest()
    try:
        with transaction.atomic():
            UsedClientAssertion.objects.create(
                digest=digest, expires_at=datetime.fromtimestamp(keep_until, tz=UTC)
            )
    except IntegrityError:
        return False
    return True

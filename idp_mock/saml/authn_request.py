"""A service provider's request for a sign-in, as a link in the browser (SAML Bindings §3.4, SAML Core §3.4.1).

In the flow this is SAML's authorization request. Nobody signs it, so it is no more than a wish that anybody can
put into a link: where the answer goes, and to whom it is made out, comes from the service provider's
registration.

Deliberately does not: start without a request (IdP-initiated sign-in), where the service provider cannot tell a
sign-in that its user began from one that somebody planted. Or promise what it cannot keep: a request that wants a
fresh or silent sign-in, or one of a certain strength, is refused.
"""

import base64
import binascii
import re
import zlib
from dataclasses import dataclass

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError
from django.http import QueryDict
from saml2 import BINDING_HTTP_POST, samlp

from idp_mock.directory.models import Enterprise
from idp_mock.saml.models import NameIdFormat, ServiceProvider

LONGEST = 16 * 1024
"""Bytes of a request, unpacked: a link has room for a packed gigabyte (SAML Bindings §3.4.4.1)."""
LONGEST_RELAY_STATE = 80  # bytes; SAML Bindings §3.4.3
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,127}")
_UNKEPT = ("force_authn", "is_passive", "requested_authn_context", "subject", "conditions", "scoping")


class RequestRefused(Exception):
    """Not a request that can be answered. The text is for the page, and quotes nothing of the request."""


@dataclass(frozen=True)
class AuthnRequest:
    provider: ServiceProvider
    id: str
    relay_state: str


def parse_authn_request(enterprise: Enterprise, params: QueryDict) -> AuthnRequest:
    """Raises ``RequestRefused``. Its service provider comes with app and enterprise."""
    requests, states = params.getlist("SAMLRequest"), params.getlist("RelayState")
    if len(requests) != 1 or len(states) > 1 or "SAMLEncoding" in params:
        raise RequestRefused("Expected one SAMLRequest, and at most one RelayState.")
    relay_state = states[0] if states else ""
    if len(relay_state.encode()) > LONGEST_RELAY_STATE or not relay_state.isprintable():
        raise RequestRefused(f"Expected a RelayState of at most {LONGEST_RELAY_STATE} bytes.")
    asked = read_document(unpack(requests[0]))
    provider = find_provider(enterprise, asked.issuer.text if asked.issuer else None)
    check_request(asked, provider, f"{enterprise.issuer}/saml/sso")
    return AuthnRequest(provider, asked.id, relay_state)


def unpack(value: str) -> bytes:
    """Base64 of raw DEFLATE, never more than ``LONGEST``."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        document = inflater.decompress(base64.b64decode(value, validate=True), LONGEST)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise RequestRefused("The SAMLRequest is not base64 of a deflated document.") from error
    if not inflater.eof:
        raise RequestRefused("The SAMLRequest is too long, or cut off.")
    return document


def read_document(document: bytes) -> samlp.AuthnRequest:
    try:
        asked = samlp.authn_request_from_string(document)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise RequestRefused("The SAMLRequest is no well-formed document without a DTD.") from error
    if asked is None or asked.version != "2.0" or not _ID.fullmatch(asked.id or ""):
        raise RequestRefused("The SAMLRequest is no AuthnRequest of SAML 2.0 with an ID.")
    return asked


def find_provider(enterprise: Enterprise, entity_id: str | None) -> ServiceProvider:
    """By its entity id, to the letter."""
    known = ServiceProvider.objects.select_related("app__enterprise").filter(enterprise=enterprise)
    provider = known.filter(entity_id=entity_id).first() if entity_id and entity_id.isprintable() else None
    if provider is None or provider.entity_id != entity_id:
        raise RequestRefused("The service provider is not registered here.")
    return provider


def check_request(asked: samlp.AuthnRequest, provider: ServiceProvider, address: str) -> None:
    """Where it says anything of its own, it says what is registered (SAML Profiles §4.1.4.1)."""
    if (
        asked.assertion_consumer_service_url not in (None, provider.acs_url)
        or asked.assertion_consumer_service_index
    ):
        raise RequestRefused("The AssertionConsumerServiceURL is not the registered one.")
    if asked.destination not in (None, address):
        raise RequestRefused("The Destination is not this address.")
    if asked.protocol_binding not in (None, BINDING_HTTP_POST):
        raise RequestRefused("Only the HTTP-POST binding is supported for the answer.")
    wanted = asked.name_id_policy.format if asked.name_id_policy else None
    if wanted not in (None, NameIdFormat.UNSPECIFIED, provider.name_id_format):
        raise RequestRefused("The NameIDPolicy asks for another format than the registered one.")
    for name in _UNKEPT:
        if getattr(asked, name) not in (None, "", "false", "0"):
            raise RequestRefused("The request asks for a kind of sign-in that is not offered here.")

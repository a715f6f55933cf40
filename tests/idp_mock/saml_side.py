"""The service provider's half of a SAML sign-in: good by default, one override, one fault."""

import base64
import html
import re
import zlib
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client
from lxml import etree
from saml2 import BINDING_HTTP_POST, saml, samlp

from idp_mock.clock import epoch
from idp_mock.saml.assertion import instant, issue_assertion
from idp_mock.saml.models import ServiceProvider
from idp_mock.signin.models import IdpSession
from stage.kit import people
from tests.idp_mock.app_side import pick_persona
from tests.idp_mock.exchange_world import World
from xaa import protocol

ENTITY_ID = "https://agent0.example/saml"
ACS = "https://agent0.example/saml/acs"
SSO = "http://localhost:8003/acme/saml/sso"
ASSERTION = f"{{{saml.NAMESPACE}}}Assertion"


def register(world: World, client_id: str = "agent0-at-acme", **values: str) -> ServiceProvider:
    fields = {"entity_id": ENTITY_ID, "acs_url": ACS} | values
    return ServiceProvider.objects.create(enterprise=world.acme, app=world.app(client_id), **fields)


def ask(now: datetime, **override: Any) -> str:
    """An AuthnRequest as it travels in a link; ``None`` leaves a part out."""
    parts = {
        "id": f"_request-{epoch(now)}",
        "version": "2.0",
        "issue_instant": instant(now),
        "destination": SSO,
        "protocol_binding": BINDING_HTTP_POST,
        "assertion_consumer_service_url": ACS,
        "issuer": ENTITY_ID,
    } | override
    issuer = parts.pop("issuer")
    parts["issuer"] = saml.Issuer(text=issuer) if issuer else None
    return pack(samlp.AuthnRequest(**parts).to_string())


def pack(document: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(document) + packer.flush()).decode()


def visit(browser: Client, request: str, relay_state: str | None = "state-1", **more: str) -> HttpResponse:
    state = {} if relay_state is None else {"RelayState": relay_state}
    return browser.get(f"/acme/saml/sso?{urlencode({'SAMLRequest': request} | state | more)}")


def sign_in(browser: Client, request: str, person: people.Person = people.ALICE) -> HttpResponse:
    """A whole sign-in in the browser: the page whose button posts to the service provider."""
    answer = visit(browser, request)
    if answer.status_code == 302:
        answer = pick_persona(browser, answer["Location"], person)
    return answer


def read_form(page: HttpResponse) -> tuple[str, dict[str, str]]:
    """Where the button leads, and what it carries."""
    body = page.content.decode()
    action = html.unescape(re.search(r'<form method="post" action="([^"]+)"', body)[1])
    return action, dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))


def take_assertion(page: HttpResponse) -> bytes:
    """As a service provider does: out of the Response, byte for byte what was signed."""
    response = etree.fromstring(base64.b64decode(read_form(page)[1]["SAMLResponse"]))
    return etree.tostring(response.find(ASSERTION))


def assertion_of(provider: ServiceProvider, session: IdpSession, *, now: datetime) -> bytes:
    return etree.tostring(issue_assertion(provider, session, in_response_to="_request-1", now=now))


def encode(document: bytes) -> str:
    return base64.urlsafe_b64encode(document).rstrip(b"=").decode()


def as_assertion(document: bytes, **override: Any) -> dict[str, Any]:
    """The form of an exchange of ``document`` for a refresh token (ID-JAG §4.5)."""
    return {
        "requested_token_type": protocol.TOKEN_TYPE_REFRESH_TOKEN,
        "subject_token_type": protocol.TOKEN_TYPE_SAML2,
        "subject_token": encode(document),
        "scope": "openid offline_access",
        "audience": None,
        "resource": None,
    } | override


def next_of(answer: HttpResponse) -> str:
    """Where the sign-in page is told to return to."""
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]

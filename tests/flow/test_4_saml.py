"""The SAML route, whole: an assertion from the browser, a refresh token, an ID-JAG with ``sub_id``, a call.

Two registrations make it so, and are taken back at the end: at Acme, both apps as service providers; at Todo0,
that Acme's people are known by SAML, and Alice by which name. Todo0 has no SAML sign-in that would have.
"""

import base64
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import etree

from tests.cast import ALICE
from tests.flow.demo import Demo
from tests.flow.lab import ask_operator, encode
from tests.flow.wire import REFRESH_TOKEN, Client, Wire, error_of, read_jwt

SAML2 = "urn:ietf:params:oauth:token-type:saml2"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
AGENT0, TODO0 = "https://agent0.example/saml", "https://todo0.example/saml"
REGISTER = """
import json, sys
from idp_mock.directory.models import Enterprise
from idp_mock.saml.models import ServiceProvider
acme = Enterprise.objects.get(slug="acme")
for client_id, entity_id in json.load(sys.stdin).items():
    ServiceProvider.objects.create(
        enterprise=acme, app=acme.apps.get(client_id=client_id), entity_id=entity_id, acs_url=f"{entity_id}/acs"
    )
print("{}")
"""
FORGET = """
from idp_mock.saml.models import ServiceProvider
ServiceProvider.objects.all().delete()
print("{}")
"""
KNOW_BY_SAML = """
import json, sys
from todo0.federation.models import Connection, SamlName
from xaa.signin.models import FederatedIdentity
given = json.load(sys.stdin)
SamlName.objects.all().delete()
acme = Connection.objects.get(slug="acme")
acme.saml_issuer = given["saml_issuer"]
acme.save()
if given["saml_issuer"]:
    user = FederatedIdentity.objects.get(issuer=acme.issuer, subject=given["sub"]).user
    name = {"nameid": given["nameid"], "nameid_format": given["nameid_format"]}
    SamlName.objects.create(connection=acme, user=user, **name)
print("{}")
"""


@pytest.fixture(scope="module")
def _registered(demo: Demo, wire: Wire) -> Iterator[None]:
    clients = {wire.clients["agent0", "acme"].client_id: AGENT0, wire.clients["todo0", "acme"].client_id: TODO0}
    ask_operator(demo, "idp_mock", REGISTER, given=clients)
    yield
    ask_operator(demo, "idp_mock", FORGET)
    ask_operator(demo, "todo0", KNOW_BY_SAML, given={"saml_issuer": ""})


@pytest.fixture(scope="module")
def assertion(_registered: None, wire: Wire) -> bytes:
    """Alice's, as Agent0 gets it at her sign-in by SAML."""
    address = f"{wire.idp()['issuer']}/saml/sso"
    request = (
        f'<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" '
        f'Destination="{address}" IssueInstant="2026-01-01T00:00:00Z">'
        f'<a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">{AGENT0}'
        "</a:Issuer></p:AuthnRequest>"
    )
    packed = base64.b64encode(zlib.compress(request.encode())[2:-4]).decode()
    visitor = wire.visitor()
    page = visitor.open(f"{address}?{urlencode({'SAMLRequest': packed, 'RelayState': 'r1'})}")
    page = visitor.sign_in_at_idp(page, ALICE)
    form = page.form(having="SAMLResponse")
    assert (form.action, form.fields["RelayState"]) == (f"{AGENT0}/acs", "r1")
    response = etree.fromstring(base64.b64decode(form.fields["SAMLResponse"]))
    wire.remember(form.fields["SAMLResponse"])
    return etree.tostring(response.find("{*}Assertion"))


def trade(wire: Wire, agent0: Client, assertion: bytes) -> Any:
    return wire.exchange(
        agent0,
        encode(assertion),
        subject_token_type=SAML2,
        requested_token_type=REFRESH_TOKEN,
        scope="openid offline_access",
        audience=None,
        resource=None,
    )


@pytest.mark.spec("TX-36", "TX-37", "JAG-17", "JAG-20", "SR-12", "SR-14")
def test_an_app_that_signs_in_by_saml_acts_at_one_that_does(
    wire: Wire, demo: Demo, assertion: bytes, agent0: Client, agent0_there: Client
) -> None:
    assert error_of(wire.exchange(agent0, encode(assertion), subject_token_type=SAML2)) == (400, "invalid_request")
    answer = trade(wire, agent0, assertion)
    assert (answer.status_code, answer.json()["issued_token_type"]) == (200, REFRESH_TOKEN), answer.text
    assert error_of(trade(wire, agent0, assertion)) == (400, "invalid_grant"), "once"

    refresh_token = answer.json()["access_token"]
    id_jag = wire.id_jag(agent0, refresh_token, subject_token_type=REFRESH_TOKEN)
    claims = read_jwt(id_jag)[1]
    sub_id = claims["sub_id"]
    saml_issuer = f"{wire.idp()['issuer']}/saml/metadata"
    assert (sub_id["format"], sub_id["issuer"]) == ("saml-nameid", saml_issuer)
    assert wire.get(saml_issuer).headers["Content-Type"] == "application/samlmetadata+xml"

    known = {"saml_issuer": saml_issuer, "sub": claims["sub"], "nameid": "another", "nameid_format": PERSISTENT}
    ask_operator(demo, "todo0", KNOW_BY_SAML, given=known)
    assert error_of(wire.redeem(agent0_there, id_jag)) == (400, "invalid_grant"), "sub alone opens nothing now"
    ask_operator(demo, "todo0", KNOW_BY_SAML, given=known | {"nameid": sub_id["nameid"]})
    token = wire.redeem(agent0_there, id_jag)
    assert token.status_code == 200, token.text
    todos = wire.call("GET", "/todos", token.json()["access_token"])
    assert (todos.status_code, "Send invoice" in todos.text) == (200, True)

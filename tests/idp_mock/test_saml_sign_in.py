"""Signing in by SAML: from a service provider's request to the assertion in the person's browser."""

import base64
from datetime import timedelta

import pytest
from cryptography import x509
from django.test import Client
from saml2 import BINDING_HTTP_REDIRECT, md, saml, samlp
from signxml import XMLVerifier

from idp_mock.clock import epoch
from idp_mock.keys import keystore
from idp_mock.saml.assertion import instant
from idp_mock.saml.certificates import load_saml_keys
from idp_mock.saml.name_id import name_at
from idp_mock.saml.signature import EXPECTED
from stage.kit import people
from tests.idp_mock.exchange_world import World, last_event
from tests.idp_mock.saml_side import (
    ACS,
    ENTITY_ID,
    SSO,
    ask,
    next_of,
    pack,
    read_form,
    register,
    sign_in,
    take_assertion,
    visit,
)

pytestmark = pytest.mark.django_db
REFUSED = "This sign-in request was refused"
PROTOCOL = samlp.NAMESPACE.encode()


def test_it_signs_in_with_the_session_of_the_browser_and_posts_to_the_registered_address(
    world: World, browser: Client
) -> None:
    register(world)
    page = sign_in(browser, ask(world.now))
    action, fields = read_form(page)
    assert (page.status_code, action, fields["RelayState"]) == (200, ACS, "state-1")
    assert page["Cache-Control"] == "no-store"
    assert "https://agent0.example" in page["Content-Security-Policy"]
    assert "<script" not in page.content.decode().split("</head>")[1]
    again = visit(browser, ask(world.now))
    assert again.status_code == 200, "the second app asks nobody anything"
    assert (last_event().event_type, last_event().outcome) == ("user.authentication.sso", "allowed")


@pytest.mark.spec("JAG-20")
def test_the_assertion_says_who_for_whom_to_whom_and_for_how_long(world: World, browser: Client) -> None:
    provider = register(world, sp_name_qualifier=ENTITY_ID)
    request = ask(world.now)
    page = sign_in(browser, request)
    response = samlp.response_from_string(base64.b64decode(read_form(page)[1]["SAMLResponse"]))
    assertion, session = saml.assertion_from_string(take_assertion(page)), world.alice.sessions.latest("pk")
    assert (response.destination, response.issuer.text) == (ACS, "http://localhost:8003/acme/saml/metadata")
    assert response.status.status_code.value == samlp.STATUS_SUCCESS
    assert response.in_response_to == f"_request-{epoch(world.now)}"
    assert assertion.issuer.text == response.issuer.text
    assert assertion.subject.name_id.text == name_at(provider, world.alice).value
    assert assertion.subject.name_id.sp_name_qualifier == ENTITY_ID
    confirmation = assertion.subject.subject_confirmation[0]
    data = confirmation.subject_confirmation_data
    assert (confirmation.method, data.recipient, data.in_response_to) == (
        saml.SCM_BEARER,
        ACS,
        response.in_response_to,
    )
    assert assertion.conditions.audience_restriction[0].audience[0].text == ENTITY_ID
    statement = assertion.authn_statement[0]
    assert (statement.session_index, statement.authn_instant) == (session.sid, instant(session.auth_time))
    assert assertion.conditions.not_on_or_after == data.not_on_or_after
    assert assertion.conditions.not_before == assertion.issue_instant


def test_its_signature_holds_with_the_certificate_in_the_metadata(world: World, browser: Client) -> None:
    register(world)
    answer = browser.get("/acme/saml/metadata")
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    described = md.entity_descriptor_from_string(answer.content)
    assert described.entity_id == "http://localhost:8003/acme/saml/metadata"
    (idp,) = described.idpsso_descriptor
    assert [(sso.binding, sso.location) for sso in idp.single_sign_on_service] == [(BINDING_HTTP_REDIRECT, SSO)]
    texts = [key.key_info.x509_data[0].x509_certificate.text for key in idp.key_descriptor]
    certificates = [x509.load_der_x509_certificate(base64.b64decode(text)) for text in texts]
    assert tuple(certificates) == load_saml_keys(world.acme).published
    signed = XMLVerifier().verify(
        take_assertion(sign_in(browser, ask(world.now))), x509_cert=certificates[0], expect_config=EXPECTED
    )
    assert signed.signed_xml.tag == f"{{{saml.NAMESPACE}}}Assertion"


@pytest.mark.spec("SEC-08")
def test_a_certificate_is_announced_before_it_signs_and_stays_until_its_assertions_have_expired(
    world: World,
) -> None:
    before = load_saml_keys(world.acme)
    keystore.rotate(world.acme, now=world.now)
    after = load_saml_keys(world.acme)
    assert after.certificate != before.certificate
    assert after.certificate in before.published
    assert before.certificate in after.published
    keystore.rotate(world.acme, now=world.now, hard=True)
    assert before.certificate not in load_saml_keys(world.acme).published


def test_two_processes_make_the_same_certificate_of_one_key(world: World) -> None:
    from idp_mock.saml import certificates

    first = load_saml_keys(world.acme).published
    certificates._load_certificates.cache_clear()
    assert load_saml_keys(world.acme).published == first


def test_the_wish_survives_the_sign_in_page_and_is_checked_again_after_it(world: World, browser: Client) -> None:
    provider = register(world)
    waiting = visit(browser, ask(world.now))
    assert waiting.status_code == 302
    sign_in(browser, ask(world.now))
    provider.delete()
    assert REFUSED in browser.get(next_of(waiting)).content.decode()


@pytest.mark.spec("TX-26")
def test_it_refuses_a_person_without_the_app_or_without_a_job(world: World, browser: Client) -> None:
    register(world)
    sign_in(browser, ask(world.now))
    world.agent0.assigned_groups.clear()
    page = visit(browser, ask(world.now))
    assert (page.status_code, last_event().outcome, last_event().error) == (403, "denied", "access_denied")
    assert "SAMLResponse" not in page.content.decode()
    world.agent0.assigned_groups.set(world.acme.groups.all())
    assert visit(browser, ask(world.now)).status_code == 200
    type(world.alice).objects.filter(pk=world.alice.pk).update(status="suspended")
    assert visit(browser, ask(world.now)).status_code == 403


@pytest.mark.parametrize(
    "override",
    [
        {"issuer": "https://evil.example/saml"},
        {"issuer": ENTITY_ID.upper()},
        {"issuer": f"{ENTITY_ID}/"},
        {"issuer": None},
        {"assertion_consumer_service_url": "https://evil.example/acs"},
        {"assertion_consumer_service_url": f"{ACS}/"},
        {"assertion_consumer_service_url": None, "assertion_consumer_service_index": "1"},
        {"destination": "http://localhost:8003/globex/saml/sso"},
        {"protocol_binding": BINDING_HTTP_REDIRECT},
        {"version": "1.1"},
        {"id": None},
        {"id": "_" + "x" * 200},
        {"id": '_"><script>'},
        {"force_authn": "true"},
        {"is_passive": "1"},
        {"requested_authn_context": samlp.RequestedAuthnContext()},
        {"name_id_policy": samlp.NameIDPolicy(format=saml.NAMEID_FORMAT_ENCRYPTED)},
    ],
)
def test_it_refuses_a_request_that_differs_from_the_registration(
    world: World, browser: Client, override: dict[str, object]
) -> None:
    register(world)
    assert sign_in(browser, ask(world.now)).status_code == 200
    page = visit(browser, ask(world.now, **override))
    assert (page.status_code, REFUSED in page.content.decode()) == (400, True)
    assert "SAMLResponse" not in page.content.decode()


@pytest.mark.parametrize(
    "request_",
    [
        "",
        "!",
        "AAAA",
        pack(b""),
        pack(b"<a/>"),
        pack(b"not xml"),
        pack(b"\xff\xfe"),
        pack(b"a" * 20_000),
        pack(b"\0" * 50_000_000),
        pack(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        pack(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
        pack(b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://localhost:1/">]><a>&x;</a>'),
        pack(b"<a>" * 5_000),
        pack(b'<p:AuthnRequest xmlns:p="%b">%b%b</p:AuthnRequest>' % (PROTOCOL, b"<a>" * 2_000, b"</a>" * 2_000)),
        base64.b64encode(b"<a/>").decode(),
    ],
    ids=lambda value: str(len(value)),
)
def test_it_refuses_what_is_no_request_without_unpacking_a_bomb_or_fetching_anything(
    world: World, browser: Client, request_: str
) -> None:
    register(world)
    assert visit(browser, ask(world.now)).status_code == 302
    assert visit(browser, request_).status_code == 400


@pytest.mark.parametrize("relay_state", ["x" * 81, "é" * 41, "a\x00b", "a\nb"])
def test_it_refuses_a_relay_state_that_is_long_or_no_text(world: World, browser: Client, relay_state: str) -> None:
    register(world)
    assert visit(browser, ask(world.now), "x" * 80).status_code == 302
    assert visit(browser, ask(world.now), relay_state).status_code == 400


def test_what_it_carries_cannot_break_out_of_the_page(world: World, browser: Client) -> None:
    register(world)
    sign_in(browser, ask(world.now))
    page = visit(browser, ask(world.now), '"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in page


def test_without_a_service_provider_nobody_is_signed_in_by_saml(world: World, browser: Client) -> None:
    assert visit(browser, ask(world.now)).status_code == 400
    register(world)
    assert visit(browser, ask(world.now)).status_code == 302
    assert browser.get("/nobody/saml/metadata").status_code == 404
    assert visit(browser, ask(world.now), more="x").status_code == 302


def test_another_enterprises_service_provider_is_nobody_here(world: World, browser: Client) -> None:
    register(world)
    there = ask(world.now, destination="http://localhost:8003/globex/saml/sso")
    assert browser.get("/globex/saml/sso", {"SAMLRequest": there}).status_code == 400


def test_a_session_that_has_ended_signs_nobody_in(world: World, browser: Client) -> None:
    register(world)
    assert sign_in(browser, ask(world.now), people.ALICE).status_code == 200
    world.alice.sessions.latest("pk").end(world.now + timedelta(seconds=1))
    assert visit(browser, ask(world.now)).status_code == 302

"""The SAML route: an assertion becomes a refresh token, and that becomes ID-JAGs (ID-JAG §4.5)."""

import copy
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from lxml import etree
from saml2 import saml

from idp_mock.keys import keystore
from idp_mock.saml import assertion as assertions
from idp_mock.saml.certificates import load_saml_keys
from idp_mock.saml.exchange import CHECKS
from idp_mock.saml.models import LinkedName, NameIdFormat, ServiceProvider, UsedAssertion
from idp_mock.saml.signature import sign
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.models import RefreshToken, TokenFamily
from stage.kit import people
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World, last_event
from tests.idp_mock.saml_side import (
    ACS,
    ASSERTION,
    ENTITY_ID,
    as_assertion,
    ask,
    assertion_of,
    encode,
    register,
    sign_in,
    take_assertion,
)
from xaa import jose, protocol

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(world: World) -> ServiceProvider:
    return register(world)


def genuine(world: World, provider: ServiceProvider) -> bytes:
    """An assertion of Alice's session, made a moment before the exchange."""
    return assertion_of(provider, world.family.session, now=world.now - timedelta(seconds=5))


def altered(world: World, provider: ServiceProvider, alter: Callable[[saml.Assertion], None]) -> bytes:
    """As above with something changed before our own key signs it: what only a fault of ours could issue."""
    now = world.now - timedelta(seconds=5)
    described = assertions.describe(provider, world.family.session, in_response_to="_request-1", now=now)
    alter(described)
    signed = sign(described.to_string(nspair=assertions.PREFIXES), load_saml_keys(world.acme))
    return etree.tostring(signed)


def see_refused(world: World, document: bytes, *, by: str, error: str = "invalid_grant", **override: Any) -> None:
    """Refused by one check, burning and granting nothing, and with the reason in the log."""
    families = TokenFamily.objects.count()
    with pytest.raises(OAuthError) as refused:
        world.exchange(**as_assertion(document, **override))
    assert (refused.value.check, refused.value.error) == (by, error), refused.value
    assert not UsedAssertion.objects.exists()
    assert (TokenFamily.objects.count(), RefreshToken.objects.count()) == (families, 0)
    event = last_event()
    assert (event.event_type, event.outcome) == ("app.oauth2.token.grant.refresh_token", "denied")
    assert (event.refused_by, event.error) == (by, error)


# The good way


@pytest.mark.spec("TX-15", "TX-36", "TX-37", "TR-09")
def test_an_assertion_from_the_browser_becomes_a_refresh_token_and_that_an_id_jag(
    world: World, provider: ServiceProvider, browser: Client, client: Client
) -> None:
    document = take_assertion(sign_in(browser, ask(world.now)))
    answer = world.post(client, **as_assertion(document))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store"), answer.content
    body = answer.json()
    refresh_token = body.pop("access_token")
    assert body == {
        "issued_token_type": "urn:ietf:params:oauth:token-type:refresh_token",
        "token_type": "N_A",
        "expires_in": 7 * 24 * 3600,
        "scope": "openid offline_access",
    }
    assert (last_event().event_type, last_event().person_sub) == (
        "app.oauth2.token.grant.refresh_token",
        people.ALICE.sub,
    )
    session = world.alice.sessions.latest("pk")
    for _ in range(2):
        id_jag = world.post(client, **world.as_refresh(refresh_token)).json()
        assert id_jag["issued_token_type"] == protocol.TOKEN_TYPE_ID_JAG
        claims = jose.peek(id_jag["access_token"]).unverified_claims
        assert (claims["sub"], claims["aud"], claims["resource"]) == (people.ALICE.sub, TODO0_ISSUER, TODO0_API)
        assert claims["auth_time"] == int(session.auth_time.timestamp())
        assert (claims["amr"], "email" in claims) == (session.amr, False)


@pytest.mark.spec("TX-37")
def test_the_refresh_token_works_as_any_other_does(
    world: World, provider: ServiceProvider, client: Client
) -> None:
    value = world.exchange(**as_assertion(genuine(world, provider)))["access_token"]
    form = {"grant_type": "refresh_token", "refresh_token": value}
    answer = world.post(client, **(dict.fromkeys(world.form()) | form))
    assert answer.status_code == 200, answer.content
    assert answer.json()["refresh_token"] != value
    assert jose.peek(answer.json()["id_token"]).unverified_claims["sub"] == people.ALICE.sub


@pytest.mark.spec("TX-37", "JAG-16")
def test_the_app_learns_the_address_only_if_it_asked_for_it(world: World, provider: ServiceProvider) -> None:
    for scope, is_there in (("openid offline_access", False), ("openid email offline_access", True)):
        answer = world.exchange(**as_assertion(genuine(world, provider), scope=scope))
        assert answer["scope"] == scope
        assert ("email" in world.claims(**world.as_refresh(str(answer["access_token"])))) is is_there


@pytest.mark.parametrize("padding", ["", "="])
def test_base64url_comes_with_or_without_padding(world: World, provider: ServiceProvider, padding: str) -> None:
    token = encode(genuine(world, provider))
    padded = token + padding * (-len(token) % 4)
    assert world.exchange(**as_assertion(b"", subject_token=padded))["token_type"] == "N_A"


def test_a_transient_name_is_no_obstacle_because_the_session_says_who_it_is(world: World) -> None:
    provider = register(world, name_id_format=NameIdFormat.TRANSIENT)
    assert world.exchange(**as_assertion(genuine(world, provider)))["token_type"] == "N_A"


def test_an_assertion_outlives_a_rotation_of_the_keys(world: World, provider: ServiceProvider) -> None:
    document = genuine(world, provider)
    keystore.rotate(world.acme, now=world.now)
    world.agent0.enterprise.refresh_from_db()
    assert world.exchange(**as_assertion(document))["token_type"] == "N_A"


# I1 to I3: the request


@pytest.mark.spec("TX-24", "TX-25")
def test_it_refuses_a_client_that_may_not_refresh(world: World, provider: ServiceProvider) -> None:
    world.agent0.grant_types = [protocol.GRANT_TOKEN_EXCHANGE]
    see_refused(world, genuine(world, provider), by="I1", error="unauthorized_client")


@pytest.mark.spec("TX-24")
def test_the_assertion_alone_is_not_enough(world: World, provider: ServiceProvider, client: Client) -> None:
    form = {"client_secret": "wrong", **as_assertion(genuine(world, provider))}
    assert world.post(client, **form).status_code == 401


@pytest.mark.spec("TX-13", "TX-30", "TX-31", "TX-14")
@pytest.mark.parametrize(
    "override",
    [
        {"audience": TODO0_ISSUER},
        {"resource": TODO0_API},
        {"subject_token": None},
        {"actor_token": "x", "actor_token_type": protocol.TOKEN_TYPE_ID_TOKEN},
        {"authorization_details": "[]"},
    ],
)
def test_it_refuses_a_request_for_something_more(
    world: World, provider: ServiceProvider, override: dict[str, Any]
) -> None:
    see_refused(world, genuine(world, provider), by="I2", error="invalid_request", **override)


@pytest.mark.spec("PP-02")
def test_it_lets_nobody_believe_that_a_refresh_token_is_bound_to_a_key(
    world: World, provider: ServiceProvider
) -> None:
    document = genuine(world, provider)
    see_refused(world, document, by="I2", error="invalid_request", dpop_headers=(world.proof(),))
    see_refused(world, document, by="I1", error="invalid_dpop_proof", dpop_headers=("no proof",))


@pytest.mark.spec("TX-15")
def test_no_other_token_becomes_a_refresh_token(world: World, provider: ServiceProvider) -> None:
    for kind in (
        protocol.TOKEN_TYPE_ID_TOKEN,
        protocol.TOKEN_TYPE_REFRESH_TOKEN,
        protocol.TOKEN_TYPE_ID_JAG,
        None,
    ):
        override = {"subject_token": world.id_token(), "subject_token_type": kind}
        see_refused(world, b"", by="I3", error="invalid_request", **override)


@pytest.mark.spec("TX-15", "TX-37")
def test_an_assertion_does_not_become_an_id_jag_at_once(world: World, provider: ServiceProvider) -> None:
    """As at Okta: first the refresh token. The answer says so."""
    form = {"subject_token": encode(genuine(world, provider)), "subject_token_type": protocol.TOKEN_TYPE_SAML2}
    with pytest.raises(OAuthError) as refused:
        world.exchange(**form)
    assert (refused.value.check, refused.value.error) == ("I3", "invalid_request")
    assert "refresh_token" in refused.value.description


@pytest.mark.spec("TX-19")
@pytest.mark.parametrize("token", ["!", "a", "ü", "PHNhbWw+*", "A" * 70_000])
def test_it_refuses_what_is_not_base64url_or_too_long(world: World, provider: ServiceProvider, token: str) -> None:
    see_refused(world, b"", by="I3", subject_token=token)


# I4: of ours


@pytest.mark.spec("TX-17", "TX-19")
def test_it_refuses_every_other_token_in_its_place(world: World, provider: ServiceProvider) -> None:
    for token in (world.id_token(), str(world.exchange()["access_token"]), "not xml", "<a/>", "\0", "<a>" * 2_000):
        see_refused(world, token.encode(), by="I4")


@pytest.mark.spec("TX-17", "SEC-02")
def test_it_refuses_an_assertion_that_is_unsigned_or_signed_by_somebody_else(
    world: World, provider: ServiceProvider
) -> None:
    document = genuine(world, provider)
    signature = re.compile(rb"<ds:Signature\b.*</ds:Signature>", re.DOTALL)
    assert signature.search(document)
    see_refused(world, signature.sub(b"", document), by="I4")
    globex = load_saml_keys(world.app("agent0-at-globex").enterprise)
    described = assertions.describe(provider, world.family.session, in_response_to="_1", now=world.now)
    see_refused(world, etree.tostring(sign(described.to_string(nspair=assertions.PREFIXES), globex)), by="I4")


@pytest.mark.spec("TX-17")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"AuthnInstant=", b" AuthnInstant =  "),
        (ENTITY_ID.encode(), b"https://evil.example/saml"),
        (ACS.encode(), b"https://evil.example/acs"),
        (b"rsa-sha256", b"rsa-sha1"),
        (b"xmlenc#sha256", b"xmldsig#sha1"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
        (b"#enveloped-signature", b"#base64"),
        (b'Version="2.0"', b'Version="1.1"'),
    ],
)
def test_it_refuses_an_assertion_that_was_edited(
    world: World, provider: ServiceProvider, old: bytes, new: bytes
) -> None:
    document = genuine(world, provider)
    assert old in document
    edited = document.replace(old, new)
    if b"AuthnInstant" in old:  # blanks between attributes are no edit: canonical form has none
        assert world.exchange(**as_assertion(edited))["token_type"] == "N_A"
    else:
        see_refused(world, edited, by="I4")


@pytest.mark.spec("TX-17", "TX-36")
def test_it_refuses_a_genuine_assertion_wrapped_into_a_forged_one(world: World, provider: ServiceProvider) -> None:
    """Signature wrapping: the signature is good, and over something else than what would be read.

    What is forged is all that a thief needs: a genuine assertion to Todo0 looks as if made out to Agent0.
    """
    todo0 = register(world, "todo0-at-acme", entity_id="https://todo0.example/saml", acs_url=f"{ACS}/todo0")
    original = etree.fromstring(assertion_of(todo0, world.family.session, now=world.now))
    wanted = assertions.describe(provider, world.family.session, in_response_to="_request-1", now=world.now)
    for wrap in (inside_advice, inside_signature, with_the_same_id, in_a_response):
        forged = etree.fromstring(wanted.to_string(nspair=assertions.PREFIXES))
        forged.insert(1, copy.deepcopy(original[1]))
        see_refused(world, wrap(forged, copy.deepcopy(original)), by="I4")
    see_refused(world, etree.tostring(original), by="I5")
    assert world.exchange(**as_assertion(genuine(world, provider)))["token_type"] == "N_A"


def inside_advice(forged: etree._Element, original: etree._Element) -> bytes:
    original.remove(original[1])
    etree.SubElement(forged, f"{{{saml.NAMESPACE}}}Advice").append(original)
    return etree.tostring(forged)


def inside_signature(forged: etree._Element, original: etree._Element) -> bytes:
    original.remove(original[1])
    etree.SubElement(forged[1], "{http://www.w3.org/2000/09/xmldsig#}Object").append(original)
    return etree.tostring(forged)


def with_the_same_id(forged: etree._Element, original: etree._Element) -> bytes:
    forged.set("ID", original.get("ID"))
    return inside_advice(forged, original)


def in_a_response(forged: etree._Element, original: etree._Element) -> bytes:
    response = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Response", ID="_r")
    response.extend([forged, original])
    return etree.tostring(response)


@pytest.mark.spec("TX-17")
@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://localhost:1/"> %x;]>',
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
    ],
)
def test_it_refuses_a_document_type_whatever_it_declares(
    world: World, provider: ServiceProvider, declaration: bytes
) -> None:
    see_refused(world, declaration + genuine(world, provider), by="I4")


@pytest.mark.spec("TX-17")
def test_a_comment_cuts_no_name_short(world: World, provider: ServiceProvider) -> None:
    """Canonical form drops comments, so the signature still holds; a careless parser reads what is before one."""
    LinkedName.objects.create(service_provider=provider, person=world.alice, name_id="alice@acme.example.evil")
    cut = genuine(world, provider).replace(b"alice@acme.example", b"alice@acme.example<!-- -->")
    assert world.exchange(**as_assertion(cut))["token_type"] == "N_A", "the whole name was read"


@pytest.mark.spec("TX-17", "TX-19", "TX-20")
@pytest.mark.parametrize(
    "alter",
    [
        lambda a: setattr(a.issuer, "text", "http://localhost:8003/globex/saml/metadata"),
        lambda a: setattr(a.issuer, "text", "http://localhost:8003/acme"),
        lambda a: setattr(a, "authn_statement", []),
        lambda a: setattr(a, "authn_statement", a.authn_statement * 2),
        lambda a: setattr(a.authn_statement[0], "session_index", None),
        lambda a: setattr(a.authn_statement[0], "session_index", "never"),
        lambda a: setattr(a.authn_statement[0], "authn_instant", "yesterday"),
        lambda a: setattr(a, "conditions", None),
        lambda a: setattr(a.conditions, "not_on_or_after", None),
        lambda a: setattr(a.conditions, "audience_restriction", []),
        lambda a: setattr(a.conditions, "audience_restriction", a.conditions.audience_restriction * 2),
        lambda a: setattr(a.conditions, "proxy_restriction", saml.ProxyRestriction(count="1")),
        lambda a: setattr(a, "subject", None),
        lambda a: setattr(a.subject, "subject_confirmation", []),
        lambda a: setattr(a.subject.subject_confirmation[0], "method", saml.SCM_SENDER_VOUCHES),
        lambda a: setattr(a.subject.subject_confirmation[0], "subject_confirmation_data", None),
        lambda a: setattr(a.subject.name_id, "text", people.BOB.sub),
        lambda a: setattr(a.subject.name_id, "sp_name_qualifier", ENTITY_ID),
    ],
)
def test_it_refuses_what_we_signed_and_would_never_have_issued(
    world: World, provider: ServiceProvider, alter: Callable[[saml.Assertion], None]
) -> None:
    see_refused(world, altered(world, provider, alter), by="I4")
    assert world.exchange(**as_assertion(altered(world, provider, lambda a: None)))["token_type"] == "N_A"


@pytest.mark.spec("SEC-09")
def test_it_refuses_an_assertion_of_a_key_that_was_withdrawn(world: World, provider: ServiceProvider) -> None:
    document = genuine(world, provider)
    keystore.rotate(world.acme, now=world.now, hard=True)
    world.agent0.enterprise.refresh_from_db()
    see_refused(world, document, by="I4")


# I5: for this client


@pytest.mark.spec("TX-18", "TX-36")
def test_it_refuses_an_assertion_made_out_to_another_app(world: World, provider: ServiceProvider) -> None:
    todo0 = register(world, "todo0-at-acme", entity_id="https://todo0.example/saml", acs_url=ACS)
    see_refused(world, assertion_of(todo0, world.family.session, now=world.now), by="I5")


@pytest.mark.spec("TX-36")
def test_it_refuses_an_assertion_to_a_client_that_is_no_service_provider(world: World) -> None:
    todo0 = register(world, "todo0-at-acme")
    see_refused(world, assertion_of(todo0, world.family.session, now=world.now), by="I5")


@pytest.mark.spec("TX-36")
@pytest.mark.parametrize(
    "audiences", [[ENTITY_ID, "https://todo0.example/saml"], ["agent0-at-acme"], [ENTITY_ID] * 2]
)
def test_it_refuses_an_audience_that_is_not_this_client_alone(
    world: World, provider: ServiceProvider, audiences: list[str]
) -> None:
    def alter(assertion: saml.Assertion) -> None:
        assertion.conditions.audience_restriction[0].audience = [saml.Audience(text=text) for text in audiences]

    see_refused(world, altered(world, provider, alter), by="I5")


@pytest.mark.spec("TX-36")
def test_it_refuses_an_assertion_that_was_delivered_elsewhere(world: World, provider: ServiceProvider) -> None:
    document = genuine(world, provider)
    ServiceProvider.objects.update(acs_url="https://agent0.example/another")
    see_refused(world, document, by="I5")


# I6 and I7: that still counts, about somebody who works here


@pytest.mark.spec("TX-17")
@pytest.mark.parametrize("seconds", [295, 3600])
def test_it_refuses_an_assertion_that_has_expired(world: World, provider: ServiceProvider, seconds: int) -> None:
    document = genuine(world, provider)
    world.now += timedelta(seconds=seconds)
    see_refused(world, document, by="I6")


@pytest.mark.spec("TX-17")
def test_the_confirmation_may_expire_before_the_conditions(world: World, provider: ServiceProvider) -> None:
    def alter(assertion: saml.Assertion) -> None:
        data = assertion.subject.subject_confirmation[0].subject_confirmation_data
        data.not_on_or_after = assertions.instant(world.now)

    see_refused(world, altered(world, provider, alter), by="I6")


@pytest.mark.spec("TX-17")
def test_it_refuses_an_assertion_from_the_future(world: World, provider: ServiceProvider) -> None:
    document = assertion_of(provider, world.family.session, now=world.now + timedelta(seconds=90))
    see_refused(world, document, by="I6")


@pytest.mark.spec("TX-21", "OI-13")
def test_it_refuses_an_assertion_of_a_session_that_was_signed_out(world: World, provider: ServiceProvider) -> None:
    document = genuine(world, provider)
    world.family.session.end(world.now)
    see_refused(world, document, by="I6")


@pytest.mark.spec("TX-21")
def test_what_was_revoked_since_takes_the_assertion_along(world: World, provider: ServiceProvider) -> None:
    document = genuine(world, provider)
    world.family.revoke(world.now)
    see_refused(world, document, by="I6")


@pytest.mark.spec("TX-21", "TX-26")
def test_it_refuses_a_person_who_is_suspended_or_no_longer_has_the_app(
    world: World, provider: ServiceProvider
) -> None:
    document = genuine(world, provider)
    world.alice.status = "suspended"
    world.alice.save()
    see_refused(world, document, by="I7")
    world.alice.status = "active"
    world.alice.save()
    world.agent0.assigned_groups.clear()
    see_refused(world, document, by="I7", error="access_denied")


# I12, and once only


@pytest.mark.spec("TX-37")
@pytest.mark.parametrize(
    "scope", [None, "", "openid", "offline_access", "openid offline_access todos.read", "openid  offline_access"]
)
def test_it_grants_nothing_unasked_and_nothing_it_does_not_know(
    world: World, provider: ServiceProvider, scope: str | None
) -> None:
    see_refused(world, genuine(world, provider), by="I12", error="invalid_scope", scope=scope)


@pytest.mark.spec("TX-37", "SEC-11")
def test_an_assertion_counts_once(world: World, provider: ServiceProvider) -> None:
    document = genuine(world, provider)
    assert world.exchange(**as_assertion(document))["token_type"] == "N_A"
    with pytest.raises(OAuthError) as refused:
        world.exchange(**as_assertion(document))
    assert (refused.value.check, refused.value.error) == ("I6", "invalid_grant")
    assert RefreshToken.objects.count() == 1


@pytest.mark.spec("SEC-11")
def test_a_used_assertion_is_remembered_for_as_long_as_it_could_count(
    world: World, provider: ServiceProvider
) -> None:
    world.exchange(**as_assertion(genuine(world, provider)))
    world.now += timedelta(seconds=290)
    assert UsedAssertion.objects.get().expires_at > world.now
    world.now += timedelta(seconds=10)
    later = assertion_of(provider, world.family.session, now=world.now)
    world.exchange(**as_assertion(later))
    assert UsedAssertion.objects.count() == 1, "the one that has expired is gone"


def test_each_check_has_a_number_a_title_and_a_rule() -> None:
    assert [check.number for check in CHECKS] == ["I1", "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I12", "I6"]
    for check in CHECKS:
        assert check.title
        assert re.search(r"ID-JAG §|RFC \d+ §", check.find.__doc__ or ""), check.name


def test_no_part_of_an_assertion_is_logged(
    world: World, provider: ServiceProvider, caplog: pytest.LogCaptureFixture
) -> None:
    document = genuine(world, provider)
    with caplog.at_level("DEBUG"):
        token = world.exchange(**as_assertion(document))["access_token"]
        with pytest.raises(OAuthError):
            world.exchange(**as_assertion(document))
    assert encode(document)[:60] not in caplog.text
    assert str(token) not in caplog.text
    assert "SignatureValue" not in caplog.text
    assert ASSERTION not in caplog.text

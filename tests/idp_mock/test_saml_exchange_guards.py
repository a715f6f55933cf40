"""Every check of an assertion is guarded: when one refuses nothing, what it alone refuses is granted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from saml2 import saml

from idp_mock.saml import assertion as assertions
from idp_mock.saml import exchange
from idp_mock.saml.certificates import load_saml_keys
from idp_mock.saml.models import ServiceProvider
from idp_mock.saml.signature import sign
from idp_mock.saml.subject import decode_assertion, describe_subject
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.token_exchange_state import Exchange
from tests.idp_mock.exchange_world import TODO0_ISSUER, World
from tests.idp_mock.saml_side import ACS, as_assertion, assertion_of, register
from tests.toothless import without_teeth
from xaa import protocol
from xaa.checks import Check

pytestmark = pytest.mark.django_db

Wrong = Callable[[World, ServiceProvider], dict[str, Any]]
WRONG: dict[str, Wrong] = {}


def wrong(arrange: Wrong) -> Wrong:
    """Named for the check that alone refuses it."""
    WRONG[arrange.__name__] = arrange
    return arrange


def genuine(world: World, provider: ServiceProvider, **override: Any) -> dict[str, Any]:
    document = assertion_of(provider, world.family.session, now=world.now - timedelta(seconds=5))
    return as_assertion(document, **override)


@wrong
def check_client(world: World, provider: ServiceProvider) -> dict[str, Any]:
    world.agent0.is_requesting_app = False
    return genuine(world, provider)


@wrong
def check_refresh_client(world: World, provider: ServiceProvider) -> dict[str, Any]:
    world.agent0.grant_types = [protocol.GRANT_TOKEN_EXCHANGE]
    return genuine(world, provider)


@wrong
def check_request(world: World, provider: ServiceProvider) -> dict[str, Any]:
    return genuine(world, provider, audience=TODO0_ISSUER)


@wrong
def check_assertion_type(world: World, provider: ServiceProvider) -> dict[str, Any]:
    return genuine(world, provider, subject_token_type=protocol.TOKEN_TYPE_ID_TOKEN)


@wrong
def check_assertion(world: World, provider: ServiceProvider) -> dict[str, Any]:
    """Signed by the other enterprise."""
    globex = load_saml_keys(world.app("agent0-at-globex").enterprise)
    described = assertions.describe(provider, world.family.session, in_response_to="_1", now=world.now)
    return as_assertion(etree.tostring(sign(described.to_string(nspair=assertions.PREFIXES), globex)))


@wrong
def check_subject_audience(world: World, provider: ServiceProvider) -> dict[str, Any]:
    other = register(world, "todo0-at-acme", entity_id="https://todo0.example/saml", acs_url=ACS)
    return genuine(world, other)


@wrong
def check_subject_is_live(world: World, provider: ServiceProvider) -> dict[str, Any]:
    form = genuine(world, provider)
    world.now += timedelta(hours=1)
    return form


@wrong
def check_person(world: World, provider: ServiceProvider) -> dict[str, Any]:
    world.agent0.assigned_groups.clear()
    return genuine(world, provider)


@wrong
def check_scope(world: World, provider: ServiceProvider) -> dict[str, Any]:
    return genuine(world, provider, scope="openid")


@wrong
def check_assertion_is_new(world: World, provider: ServiceProvider) -> dict[str, Any]:
    form = genuine(world, provider)
    world.exchange(**form)
    return form


def believe(found: Exchange) -> Exchange:
    """What I4 establishes, without its rule."""
    unverified = saml.assertion_from_string(decode_assertion(found.requested.subject_token))
    return replace(found, subject=describe_subject(found.app, unverified), assertion_id=unverified.id)


@pytest.mark.parametrize("check", exchange.CHECKS, ids=lambda check: check.name)
def test_a_check_that_refuses_nothing_is_missed(
    world: World, check: Check[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    form = WRONG[check.name](world, register(world))
    with pytest.raises(OAuthError) as refused:
        world.exchange(**form)
    assert refused.value.check == check.number
    instead = believe if check.name == "check_assertion" else lambda found: found
    toothless = without_teeth(exchange.CHECKS, check.name, OAuthError, instead=instead)
    monkeypatch.setattr(exchange, "CHECKS", toothless)
    assert world.exchange(**form)["issued_token_type"] == protocol.TOKEN_TYPE_REFRESH_TOKEN


def test_every_check_has_a_wrong_one() -> None:
    assert list(WRONG) == [check.name for check in exchange.CHECKS]

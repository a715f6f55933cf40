"""Where this IdP does as an Okta org, and where by our own choice it does not: ``docs/vendor-parity.md``."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.models import App
from idp_mock.policy.seed import MAIL0_URL
from tests.client_assertions import KEYS, OTHER_CLIENTS_KEY, build_assertion, form_of
from tests.idp_mock.app_side import AGENT0, FORM
from tests.idp_mock.exchange_vectors_policy import register_tenants
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World
from tests.idp_mock.saml_side import ACS, ENTITY_ID, as_assertion, assertion_of, register
from xaa import jose, protocol

pytestmark = pytest.mark.django_db
ACME = "http://localhost:8003/acme"
Asked = dict[str, Any]


def post(client: Client, url: str, form: Asked) -> HttpResponse:
    return client.post(url, urlencode(form, doseq=True), content_type=FORM)


@pytest.mark.spec("TX-04", "MD-18")
def test_a_program_written_for_okta_gets_its_id_jag_at_oktas_addresses(world: World, client: Client) -> None:
    """The issuer is what differs; the rest of each address is Okta's."""
    credentials = {"client_id": AGENT0.client_id, "client_secret": AGENT0.secret}
    answer = post(client, "/acme/oauth2/v1/token", credentials | world.form())
    assert answer.status_code == 200, answer.content
    published = client.get("/acme/oauth2/v1/keys").json()
    keys = jose.KeySet.from_jwks(published)
    verified = jose.verify(answer.json()["access_token"], keys=keys, algorithms=("ES256",))
    assert verified.claims["iss"] == ACME


@pytest.mark.parametrize("server", ["default", "aus1234567890"])
def test_there_is_no_custom_authorization_server(client: Client, world: World, server: str) -> None:
    credentials = {"client_id": AGENT0.client_id, "client_secret": AGENT0.secret}
    assert post(client, f"/acme/oauth2/{server}/v1/token", credentials | world.form()).status_code == 404
    for document in ("openid-configuration", "oauth-authorization-server"):
        assert client.get(f"/acme/oauth2/{server}/.well-known/{document}").status_code == 404


# What a requesting app is told


def wrong_resource(world: World) -> Asked:
    return {"resource": "https://other.example/api"}


def other_app(world: World) -> Asked:
    return {"audience": MAIL0_URL, "resource": f"{MAIL0_URL}/api", "scope": "mail.read"}


def access_token_asked_for(world: World) -> Asked:
    return {"requested_token_type": protocol.TOKEN_TYPE_ACCESS_TOKEN}


def expired_refresh_token(world: World) -> Asked:
    token = world.refresh_token()
    world.family.refresh_tokens.update(expires_at=world.now)
    return world.as_refresh(token)


def revoked_refresh_token(world: World) -> Asked:
    token = world.refresh_token()
    world.family.revoke(world.now)
    return world.as_refresh(token)


def edited_assertion(world: World) -> Asked:
    document = assertion_of(register(world), world.family.session, now=world.now)
    return as_assertion(document.replace(ENTITY_ID.encode(), b"https://evil.example/saml"))


def assertion_for_another_app(world: World) -> Asked:
    register(world)
    todo0 = register(world, "todo0-at-acme", entity_id="https://todo0.example/saml", acs_url=ACS)
    return as_assertion(assertion_of(todo0, world.family.session, now=world.now))


TOLD: dict[Callable[[World], Asked], tuple[str, str]] = {
    wrong_resource: ("invalid_target", "not one of the resource app named in audience"),
    other_app: ("invalid_target", "has switched this connection off"),
    access_token_asked_for: ("invalid_request", "nothing else is issued"),
    expired_refresh_token: ("invalid_grant", "has expired"),
    revoked_refresh_token: ("invalid_grant", "used before or revoked"),
    edited_assertion: ("invalid_grant", "not a valid assertion of this issuer"),
    assertion_for_another_app: ("invalid_grant", "was issued to another client"),
}


@pytest.mark.parametrize("arrange", TOLD, ids=lambda found: found.__name__)
def test_a_requesting_app_is_told_by_oktas_code_what_is_wrong(
    world: World, client: Client, arrange: Callable[[World], Asked]
) -> None:
    assert world.post(client).status_code == 200
    answer = world.post(client, **arrange(world))
    code, words = TOLD[arrange]
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert words in answer.json()["error_description"]


def test_a_key_that_is_not_registered_is_an_invalid_client(world: World, client: Client, agent0: App) -> None:
    agent0.set_keys(KEYS)
    agent0.save()

    def ask(**signed: Any) -> HttpResponse:
        assertion = build_assertion(client_id=AGENT0.client_id, audience=ACME, **signed)
        return post(client, "/acme/token", world.form() | form_of(assertion))

    assert ask().status_code == 200
    answer = ask(key=OTHER_CLIENTS_KEY)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.spec("SEC-19")
def test_a_client_assertion_may_live_for_ten_minutes_where_okta_allows_an_hour(
    world: World, client: Client, agent0: App
) -> None:
    agent0.set_keys(KEYS)
    agent0.save()
    statuses = []
    for lifetime in (590, 3600):
        assertion = build_assertion(client_id=AGENT0.client_id, audience=ACME, lifetime=lifetime)
        statuses.append(post(client, "/acme/token", world.form() | form_of(assertion)).status_code)
    assert statuses == [200, 401]


@pytest.mark.spec("TX-27")
def test_of_scopes_some_are_withheld_and_with_none_left_it_is_an_invalid_scope(
    world: World, client: Client
) -> None:
    """Okta says ``unauthorized_client``; RFC 6749 §5.2 keeps that for the client's grants."""
    world.agent0.connections.update(scope_condition="only", scopes=["todos.read"])
    narrowed = world.post(client)
    assert (narrowed.status_code, narrowed.json()["scope"]) == (200, "todos.read")
    refused = world.post(client, scope="todos.write")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


# The resource app's registration


def test_an_issuer_url_that_is_entered_wrongly_still_makes_a_signed_id_jag(world: World) -> None:
    """Nobody here calls it, so nobody here can tell. The server that it was meant for refuses the ``aud``."""
    assert world.claims()["aud"] == TODO0_ISSUER
    todo0 = world.todo0
    todo0.issuer = f"{TODO0_ISSUER}/"
    todo0.save()
    assert world.claims(audience=f"{TODO0_ISSUER}/")["aud"] == f"{TODO0_ISSUER}/"


def test_an_issuer_url_is_one_apps(world: World) -> None:
    mail0 = world.acme.resource_apps.get(issuer=MAIL0_URL)
    mail0.issuer = TODO0_ISSUER
    with pytest.raises(IntegrityError), transaction.atomic():
        mail0.save()


def test_of_its_tenants_it_names_the_tenant_and_not_the_person_there(world: World) -> None:
    register_tenants(world, {"acme": "org_7"})
    claims = world.claims(resource=TODO0_API)
    assert claims["aud_tenant"] == "org_7"
    assert "aud_sub" not in claims

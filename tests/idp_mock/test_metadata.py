"""What the IdP says about itself, and where."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from xaa import client_assertion, protocol

pytestmark = pytest.mark.django_db
ADDRESSES = (
    "/.well-known/oauth-authorization-server/{}",
    "/{}/.well-known/openid-configuration",
    "/.well-known/openid-configuration/{}",
    "/{}/.well-known/oauth-authorization-server",
)


@pytest.mark.spec("MD-09", "MC-10")
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_it_is_served_at_every_address_a_client_may_try(client: Client, address: str, tenant: str) -> None:
    response = client.get(address.format(tenant))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json()["issuer"] == f"http://localhost:8003/{tenant}"


@pytest.mark.parametrize("address", [*ADDRESSES, "/{}/keys", "/{}/userinfo"])
def test_an_unknown_tenant_is_a_404_in_json(client: Client, address: str) -> None:
    response = client.get(address.format("nobody"))
    assert (response.status_code, response.json()["error"]) == (404, "unknown_tenant")


@pytest.mark.parametrize("path", ["authorize", "login", "logout", "authorize/resume"])
def test_an_unknown_tenant_is_a_page_for_people(client: Client, path: str) -> None:
    response = client.get(f"/nobody/{path}")
    assert response.status_code == 404
    assert "text/html" in response["Content-Type"]
    assert client.get(f"/ACME/{path}").status_code == 404


@pytest.mark.spec("MD-01", "MD-02")
def test_it_says_that_it_issues_id_jags(client: Client) -> None:
    document = client.get("/acme/.well-known/openid-configuration").json()
    assert document[protocol.META_REQUESTED_TOKEN_TYPES] == [protocol.TOKEN_TYPE_ID_JAG]
    assert protocol.GRANT_TOKEN_EXCHANGE in document["grant_types_supported"]


@pytest.mark.spec("MD-17")
def test_it_promises_what_is_enforced(client: Client) -> None:
    document = client.get("/acme/.well-known/openid-configuration").json()
    assert document["code_challenge_methods_supported"] == ["S256"]
    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    for endpoint in ("token_endpoint", "revocation_endpoint"):
        assert document[f"{endpoint}_auth_methods_supported"] == methods
        assert document[f"{endpoint}_auth_signing_alg_values_supported"] == list(client_assertion.ALGORITHMS)
    assert document["response_types_supported"] == ["code"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["backchannel_logout_supported"] is document["backchannel_logout_session_supported"] is True
    assert set(document["id_token_signing_alg_values_supported"]) == {"ES256", "RS256"}
    assert protocol.GRANT_JWT_BEARER not in document["grant_types_supported"]
    assert protocol.META_GRANT_PROFILES not in document  # that is a resource authorization server's to say


def test_every_endpoint_it_names_exists_under_its_issuer(client: Client) -> None:
    document = client.get("/acme/.well-known/openid-configuration").json()
    for name, value in document.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert value.startswith(document["issuer"] + "/")
            resolve(value.removeprefix("http://localhost:8003"))


@pytest.mark.spec("MD-06")
def test_it_tells_nothing_about_apps_and_connections(client: Client) -> None:
    text = client.get("/acme/.well-known/openid-configuration").content.decode()
    assert "agent0" not in text
    assert "8002" not in text


def test_only_get_and_head_are_answered(client: Client) -> None:
    assert client.head("/acme/.well-known/openid-configuration").status_code == 200
    assert client.post("/acme/.well-known/openid-configuration").status_code == 405
    assert client.post("/acme/keys").status_code == 405


def test_it_costs_one_statement(client: Client, django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(1):
        client.get("/acme/.well-known/openid-configuration")


def test_the_front_door_lists_the_enterprises(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "Acme" in page
    assert "http://localhost:8003/globex" in page


def test_without_the_stage_the_front_door_names_nobody(client: Client, settings: Any) -> None:
    """Whoever serves many enterprises does not list them: a list of tenants is a list of customers."""
    settings.STAGE = False
    page = client.get("/").content.decode()
    assert "Each has an address of its own here" in page
    assert "Globex" not in page


def test_health(client: Client) -> None:
    response = client.get("/health")
    assert (response.status_code, response.content) == (200, b"ok")

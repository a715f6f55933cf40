"""What Todo0 publishes of itself, and that it is what Todo0 does."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.todo0.conftest import ACME, API, METADATA_OF_API, TODO0
from tests.todo0.mcp_side import MCP
from todo0.authserver.models import AsSigningKey
from todo0.authserver.server import GRANTS, RESPONSE_TYPES
from xaa import client_assertion, protocol


def get_json(path: str) -> dict[str, Any]:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    return answer.json()


@pytest.mark.spec("MD-03", "MD-04", "MD-09", "MD-17")
def test_it_describes_its_authorization_server(seeded: None) -> None:
    document = get_json("/.well-known/oauth-authorization-server")
    expected = {
        "issuer": TODO0,
        "authorization_endpoint": f"{TODO0}/oauth/authorize",
        "token_endpoint": f"{TODO0}/oauth/token",
        "jwks_uri": f"{TODO0}/oauth/jwks",
        "introspection_endpoint": f"{TODO0}/oauth/introspect",
        "revocation_endpoint": f"{TODO0}/oauth/revoke",
        "grant_types_supported": list(GRANTS),
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "RS256"],
        "authorization_grant_profiles_supported": [protocol.GRANT_PROFILE_ID_JAG],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "scopes_supported": ["todos.read", "todos.write"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [API, MCP],
    }
    assert {name: document.get(name) for name in expected} == expected
    for endpoint in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        methods = sorted(document[f"{endpoint}_auth_methods_supported"])
        assert methods == ["client_secret_basic", "client_secret_post", "private_key_jwt"]
        assert document[f"{endpoint}_auth_signing_alg_values_supported"] == list(client_assertion.ALGORITHMS)


@pytest.mark.spec("MD-06")
def test_it_does_not_publish_whom_it_trusts(seeded: None) -> None:
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/api"):
        assert ACME not in Client().get(path).content.decode()


@pytest.mark.spec("MD-17")
def test_what_it_advertises_is_what_the_server_has() -> None:
    assert settings.OAUTH2_PROVIDER["OAUTH2_GRANT_TYPES_SUPPORTED"] == list(GRANTS)
    assert settings.OAUTH2_PROVIDER["OAUTH2_RESPONSE_TYPES_SUPPORTED"] == list(RESPONSE_TYPES)


@pytest.mark.spec("MD-17", "SEC-35")
def test_every_gate_of_rfc_9700_that_the_toolkit_has_is_shut() -> None:
    from oauth2_provider.settings import DEFAULTS

    gates = [name for name in DEFAULTS if name.startswith("COMPLIANT_BCP_RFC9700_")]
    assert len(gates) >= 10
    assert all(settings.OAUTH2_PROVIDER[gate] is True for gate in gates)


@pytest.mark.spec("MD-18")
def test_it_publishes_public_keys_only(seeded: None) -> None:
    AsSigningKey.generate("RS256")
    keys = get_json("/oauth/jwks")["keys"]
    assert [key["alg"] for key in keys] == ["RS256", "ES256"], "the newest first"
    for key in keys:
        assert {"kid", "use", "alg", "kty"} <= set(key)
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
    assert "PRIVATE" not in AsSigningKey.objects.first().private_pem_sealed


@pytest.mark.spec("MD-10", "MC-17")
def test_it_describes_its_api(seeded: None) -> None:
    document = get_json("/.well-known/oauth-protected-resource/api")
    assert document["resource"] == API
    assert document["authorization_servers"] == [TODO0]
    assert document["scopes_supported"] == ["todos.read", "todos.write"]
    assert document["bearer_methods_supported"] == ["header"]
    assert get_json(document["resource_documentation"].removeprefix(TODO0))["servers"] == [{"url": API}]
    assert f"{TODO0}/.well-known/oauth-protected-resource/api" == METADATA_OF_API


@pytest.mark.spec("MD-10")
@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/api/",
        "/.well-known/oauth-protected-resource/other",
        "/.well-known/oauth-authorization-server/other",
        "/api/.well-known/oauth-protected-resource",
    ],
)
def test_it_answers_for_nothing_else(seeded: None, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_health_says_ok(db: None) -> None:
    answer = Client().get("/health")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not answer.cookies

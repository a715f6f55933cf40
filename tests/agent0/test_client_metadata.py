"""What Agent0 publishes of itself, and that it is what a strict server takes; the key that goes with it."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from agent0.client_key import load_client_key
from agent0.jobs.models import Run
from stage.door.demo_env import client_key
from xaa import jose, protocol
from xaa.client_assertion import read_client_keys, verify_client_assertion
from xaa.client_metadata import check_client_document, check_client_url

URL = "http://localhost:8001/client-metadata.json"
pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings: Any) -> jose.SigningKey:
    settings.CLIENT_KEY = client_key()
    return load_client_key()


@pytest.mark.spec("MD-14", "MD-15", "CI-01", "CI-03", "CI-04")
def test_its_document_is_one_that_a_strict_server_takes(client: Any, key: jose.SigningKey) -> None:
    answer = client.get("/client-metadata.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Cache-Control"] == "public, max-age=300"
    document = answer.json()
    check_client_url(URL, allow_http=True)
    check_client_document(document, URL, allow_http=True)
    assert {protocol.GRANT_TOKEN_EXCHANGE, protocol.GRANT_JWT_BEARER} <= set(document["grant_types"])
    assert document["authorization_grant_profiles_supported"] == [protocol.GRANT_PROFILE_ID_JAG]
    assert document["token_endpoint_auth_method"] == "private_key_jwt"
    assert document["redirect_uris"] == ["http://localhost:8001/signin/callback"]
    assert read_client_keys(document["jwks"]) == jose.KeySet.from_jwks({"keys": [jose.public_jwk(key)]})


@pytest.mark.spec("CI-01")
def test_the_client_id_it_publishes_is_the_address_of_the_document_without_a_query(
    client: Any, key: jose.SigningKey
) -> None:
    parts = urlsplit(client.get("/client-metadata.json").json()["client_id"])
    assert parts.geturl() == URL
    assert (parts.path, parts.query, parts.fragment) == ("/client-metadata.json", "", "")


@pytest.mark.spec("CI-04", "MD-18")
def test_it_publishes_no_secret(client: Any, key: jose.SigningKey, settings: Any) -> None:
    page = client.get("/client-metadata.json").content.decode()
    assert not jose.SECRET_MEMBERS & json.loads(page)["jwks"]["keys"][0].keys()
    for secret in (settings.CLIENT_KEY, settings.IDP_CLIENT_SECRET, settings.RESOURCE_CLIENT_SECRET):
        assert secret not in page


def test_without_a_key_there_is_no_document(client: Any, settings: Any) -> None:
    settings.CLIENT_KEY = ""
    assert client.get("/client-metadata.json").status_code == 404
    with pytest.raises(ImproperlyConfigured, match="AGENT0_CLIENT_KEY"):
        load_client_key()


@pytest.mark.parametrize("found", ["x", "AAAA", "not base64!"])
def test_what_is_no_key_is_refused_without_being_shown(settings: Any, found: str) -> None:
    settings.CLIENT_KEY = found
    with pytest.raises(ImproperlyConfigured, match="must be a private key on P-256") as caught:
        load_client_key()
    assert found not in str(caught.value) or found == "x"


@pytest.mark.spec("MC-07", "SEC-19", "SEC-20")
def test_with_its_address_as_client_id_it_signs(
    far_side: Any, make_run: Any, do: Any, settings: Any, key: jose.SigningKey
) -> None:
    settings.RESOURCE_CLIENT_ID, settings.RESOURCE_CLIENT_SECRET, settings.RESOURCE_USES_KEY = URL, "", True
    assert do(make_run(Run.Kind.LIST)).state == Run.State.DONE
    seen = far_side.requests_of("redeem")[0]
    assert "authorization" not in seen.headers
    assert "client_secret" not in seen.form
    verify_client_assertion(
        seen.form["client_assertion"],
        client_id=URL,
        issuer=far_side.url,
        keys=read_client_keys({"keys": [jose.public_jwk(key)]}),
        now=time.time(),
        leeway=0,
        claim=lambda jti, keep_until: True,
    )
    assert jose.peek(seen.form["client_assertion"]).unverified_header["typ"] == "client-authentication+jwt"


def test_with_a_registration_it_sends_its_secret(far_side: Any, make_run: Any, do: Any) -> None:
    assert do(make_run(Run.Kind.LIST)).state == Run.State.DONE
    seen = far_side.requests_of("redeem")[0]
    assert "client_assertion" not in seen.form
    assert seen.headers["authorization"].startswith("Basic ")

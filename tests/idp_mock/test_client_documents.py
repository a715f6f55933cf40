"""An app whose client id is a URL, at the IdP: its row says that it may come, its document the rest."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import responses
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.client_documents import load_client_directory
from idp_mock.directory.models import App
from idp_mock.tokens.models import UsedClientAssertion
from tests.client_assertions import KEYS, OTHER_CLIENTS_KEY, WRONG, build_assertion, form_of
from tests.client_documents import REDIRECT_URI, URL, build_document
from tests.client_documents import WRONG as WRONG_DOCUMENTS
from tests.idp_mock.app_side import FORM, VERIFIER, answer_of, authorize, pick_persona
from tests.idp_mock.exchange_world import World
from xaa import jose, protocol

pytestmark = pytest.mark.django_db
ACME = "http://localhost:8003/acme"


@pytest.fixture
def far_side() -> Iterator[responses.RequestsMock]:
    """The app's own web server."""
    load_client_directory.cache_clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(URL, json=build_document())
        yield mock
    load_client_directory.cache_clear()


@pytest.fixture
def listed(agent0: App, far_side: responses.RequestsMock) -> App:
    """Agent0, known by its URL; all that policy says of it stays."""
    agent0.client_id, agent0.secret_hash, agent0.redirect_uris = URL, "", []
    agent0.token_endpoint_auth_method = App.Authentication.DOCUMENT
    agent0.save()
    return agent0


def publish(far_side: responses.RequestsMock, **override: Any) -> None:
    load_client_directory.cache_clear()
    far_side.replace(responses.GET, URL, json=build_document(**override))


def post(client: Client, form: dict[str, str], **override: Any) -> HttpResponse:
    signed = form_of(build_assertion(**({"client_id": URL, "audience": ACME} | override)))
    return client.post("/acme/token", urlencode({"grant_type": "x"} | form | signed), content_type=FORM)


def is_authenticated(answer: HttpResponse) -> bool:
    """Past the client, at the unknown grant; or refused, with the one answer there is."""
    if answer.json()["error"] == "unsupported_grant_type":
        return True
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not UsedClientAssertion.objects.exists()
    return False


@pytest.mark.spec("CI-02", "CI-05", "CI-07", "SEC-19")
def test_a_person_signs_in_to_it_and_it_signs_for_its_tokens(browser: Client, client: Client, listed: App) -> None:
    asked = {"client_id": URL, "redirect_uri": REDIRECT_URI}
    back = pick_persona(browser, authorize(browser, **asked)["Location"])
    assert back["Location"].startswith(f"{REDIRECT_URI}?")
    form = {"grant_type": "authorization_code", "code": answer_of(back)["code"], "redirect_uri": REDIRECT_URI}
    answer = post(client, form | {"code_verifier": VERIFIER})
    assert answer.status_code == 200, answer.content
    assert jose.peek(answer.json()["id_token"]).unverified_claims["aud"] == URL


@pytest.mark.spec("CI-03", "CI-04", "CI-05", "MD-14")
@pytest.mark.parametrize("fault", WRONG_DOCUMENTS)
def test_a_wrong_document_is_an_unknown_app(
    client: Client, browser: Client, listed: App, far_side: responses.RequestsMock, fault: str
) -> None:
    publish(far_side, **WRONG_DOCUMENTS[fault])
    assert not is_authenticated(post(client, {}))
    assert authorize(browser, client_id=URL, redirect_uri=REDIRECT_URI).status_code == 400
    publish(far_side)
    assert is_authenticated(post(client, {}))
    assert authorize(browser, client_id=URL, redirect_uri=REDIRECT_URI).status_code == 302


@pytest.mark.spec("CI-05", "SEC-19", "SEC-20", "SEC-21", "SEC-02")
@pytest.mark.parametrize("fault", WRONG)
def test_its_assertions_are_held_to_all_that_others_are(client: Client, listed: App, fault: str) -> None:
    assert not is_authenticated(post(client, {}, **WRONG[fault]))
    assert is_authenticated(post(client, {}))


@pytest.mark.spec("CI-07", "SEC-23")
@pytest.mark.parametrize(
    "uri", [f"{REDIRECT_URI}/", f"{REDIRECT_URI}?x=1", REDIRECT_URI.upper(), "https://evil.example/"]
)
def test_nobody_is_sent_to_another_address(browser: Client, listed: App, uri: str) -> None:
    assert authorize(browser, client_id=URL, redirect_uri=uri).status_code == 400
    assert authorize(browser, client_id=URL, redirect_uri=REDIRECT_URI).status_code == 302


@pytest.mark.spec("CI-08", "CI-11")
@pytest.mark.parametrize("stranger", ["https://evil.example/client.json", f"{URL}/", "https://169.254.169.254/x"])
def test_a_url_that_nobody_registered_starts_no_request(
    client: Client, browser: Client, listed: App, far_side: responses.RequestsMock, stranger: str
) -> None:
    far_side.get(stranger, json=build_document(client_id=stranger))
    assert not is_authenticated(post(client, {}, client_id=stranger))
    assert authorize(browser, client_id=stranger, redirect_uri=REDIRECT_URI).status_code == 400
    assert not any(call.request.url == stranger for call in far_side.calls)
    assert is_authenticated(post(client, {}))


def test_it_is_asked_once_for_many_requests(client: Client, listed: App, far_side: responses.RequestsMock) -> None:
    for _ in range(3):
        assert is_authenticated(post(client, {}))
    assert len(far_side.calls) == 1


def test_no_document_gives_itself_a_grant(
    client: Client, listed: App, far_side: responses.RequestsMock, world: World
) -> None:
    form = {name: values[0] for name, values in world.form().items()}
    publish(far_side, grant_types=["authorization_code"], authorization_grant_profiles_supported=[])
    assert post(client, form).json()["error"] == "unauthorized_client"
    publish(far_side)
    App.objects.filter(pk=listed.pk).update(grant_types=["authorization_code"])
    assert post(client, form).json()["error"] == "unauthorized_client"
    App.objects.filter(pk=listed.pk).update(grant_types=["authorization_code", protocol.GRANT_TOKEN_EXCHANGE])
    assert post(client, form).status_code == 200


@pytest.mark.spec("CI-11")
def test_its_id_jags_name_it_by_its_url_where_the_admin_has_connected_it(
    client: Client, listed: App, world: World
) -> None:
    form = {name: values[0] for name, values in world.form().items()}
    assert client_id_in(post(client, form)) == "agent0-at-todo0", "what the admin typed counts"
    listed.connections.update(client_id_at_resource_as="")
    assert client_id_in(post(client, form)) == URL
    listed.connections.update(is_on=False)
    assert post(client, form).json()["error"] == "invalid_target"


def client_id_in(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content
    return str(jose.peek(answer.json()["access_token"]).unverified_claims["client_id"])


@pytest.mark.spec("CI-05")
def test_no_secret_speaks_for_it(client: Client, listed: App) -> None:
    for secret in ("", "test-only-agent0-idp-client-secret-0123456789abcdef"):
        body = urlencode({"grant_type": "x", "client_id": URL, "client_secret": secret})
        answer = client.post("/acme/token", body, content_type=FORM)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "agent0-at-acme"},
        {"client_id": "http://agent.example/client.json"},
        {"client_id": "https://agent.example"},
        {"jwks": KEYS},
        {"redirect_uris": [REDIRECT_URI]},
        {"secret_hash": "x"},
        {"subject_type": "pairwise"},
    ],
)
def test_its_row_holds_a_url_and_nothing_that_the_document_says(listed: App, wrong: dict[str, Any]) -> None:
    listed.save()
    for name, value in wrong.items():
        setattr(listed, name, value)
    with pytest.raises(ValidationError):
        listed.save()


@pytest.mark.spec("CI-10")
def test_the_metadata_says_that_urls_may_be_clients(client: Client) -> None:
    for name in ("openid-configuration", "oauth-authorization-server"):
        document = client.get(f"/acme/.well-known/{name}").json()
        assert document["client_id_metadata_document_supported"] is True


def test_another_key_counts_once_the_document_names_it(
    client: Client, listed: App, far_side: responses.RequestsMock
) -> None:
    assert not is_authenticated(post(client, {}, key=OTHER_CLIENTS_KEY))
    publish(far_side, jwks={"keys": [jose.public_jwk(OTHER_CLIENTS_KEY)]})
    assert is_authenticated(post(client, {}, key=OTHER_CLIENTS_KEY))

"""A client whose id is a URL, at the token endpoint: listed by an admin, registered by its own document."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import responses
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from oauth2_provider.generators import generate_client_id
from oauth2_provider.models import AccessToken, Application

from tests import builders
from tests.builders import build_id_jag
from tests.client_assertions import KEYS, OTHER_CLIENTS_KEY, WRONG, build_assertion, form_of
from tests.client_documents import URL, build_document
from tests.client_documents import WRONG as WRONG_DOCUMENTS
from tests.xaa.conftest import SECRET, Redeem
from xaa import protocol
from xaa.client_metadata import ClientMetadataError
from xaa.jwt_bearer.client_documents import allow_client_url, load_client_directory
from xaa.jwt_bearer.models import CrossAppClient, RedeemedIdJag, UsedClientAssertion

pytestmark = pytest.mark.django_db
RedeemAsUrl = Callable[..., HttpResponse]


@pytest.fixture
def listed(idp: responses.RequestsMock) -> CrossAppClient:
    """Agent0's URL on the list, and its web server with the document."""
    load_client_directory.cache_clear()
    idp.get(URL, json=build_document())
    return allow_client_url(URL, name="Agent0", allowed_scopes="todos.read todos.write")


@pytest.fixture
def redeem_as_url(redeem: Redeem, listed: CrossAppClient) -> RedeemAsUrl:
    """Redeem an ID-JAG made out to the URL; keyword arguments are claims of the client assertion that differ."""

    def post(*, client_id: str = URL, **override: Any) -> Any:
        assertion = build_assertion(**({"client_id": client_id, "audience": builders.RESOURCE_AS} | override))
        form = {"client_id": None, "client_secret": None, **form_of(assertion)}
        return redeem(build_id_jag(client_id=URL), **form)

    return post


def is_refused(answer: HttpResponse) -> bool:
    if answer.status_code == 200:
        return False
    body = {"error": "invalid_client", "error_description": "Client authentication failed."}
    assert (answer.status_code, answer.json()) == (401, body)
    assert not RedeemedIdJag.objects.exists()
    assert not UsedClientAssertion.objects.exists()
    return True


def publish(idp: responses.RequestsMock, **override: Any) -> None:
    """A new document, and time enough for everybody to see it."""
    load_client_directory.cache_clear()
    idp.replace(responses.GET, URL, json=build_document(**override))


def fetches(idp: responses.RequestsMock) -> int:
    return sum(call.request.url == URL for call in idp.calls)


@pytest.mark.spec("CI-02", "CI-05", "SEC-19")
def test_a_listed_url_redeems_with_the_key_in_its_document(redeem_as_url: RedeemAsUrl) -> None:
    answer = redeem_as_url()
    assert answer.status_code == 200, answer.content
    assert AccessToken.objects.get().application.client_id == URL


@pytest.mark.spec("CI-03", "CI-04", "CI-05", "MD-14")
@pytest.mark.parametrize("fault", WRONG_DOCUMENTS)
def test_a_wrong_document_is_an_unknown_client(
    redeem_as_url: RedeemAsUrl, idp: responses.RequestsMock, fault: str
) -> None:
    publish(idp, **WRONG_DOCUMENTS[fault])
    assert is_refused(redeem_as_url())
    publish(idp)
    assert not is_refused(redeem_as_url())


@pytest.mark.spec("CI-05", "SEC-19", "SEC-20", "SEC-21", "SEC-02")
@pytest.mark.parametrize("fault", WRONG)
def test_its_assertions_are_held_to_all_that_others_are(redeem_as_url: RedeemAsUrl, fault: str) -> None:
    assert is_refused(redeem_as_url(**WRONG[fault]))
    assert not is_refused(redeem_as_url())


@pytest.mark.spec("CI-02", "CI-08", "SEC-13", "RD-04")
@pytest.mark.parametrize(
    "stranger", ["https://evil.example/client.json", f"{URL}/", URL.upper(), "https://169.254.169.254/x"]
)
def test_a_url_that_nobody_listed_starts_no_request(
    redeem_as_url: RedeemAsUrl, idp: responses.RequestsMock, stranger: str
) -> None:
    idp.get(stranger, json=build_document(client_id=stranger))
    assert is_refused(redeem_as_url(client_id=stranger))
    assert not any(call.request.url == stranger for call in idp.calls)
    assert not Application.objects.filter(client_id=stranger).exists()
    assert not is_refused(redeem_as_url())


@pytest.mark.spec("CI-05")
def test_no_secret_speaks_for_it(redeem: Redeem, redeem_as_url: RedeemAsUrl) -> None:
    """Not even one that its row should hold, nor none at all."""
    for secret in (SECRET, ""):
        Application.objects.filter(client_id=URL).update(client_secret=secret)
        assert is_refused(redeem(build_id_jag(client_id=URL), client_id=URL, client_secret=secret))
    assert is_refused(redeem(build_id_jag(client_id=URL), client_id=URL, client_secret=None))
    assert not is_refused(redeem_as_url())


@pytest.mark.spec("CI-05")
def test_it_authenticates_with_every_grant(redeem: Redeem, redeem_as_url: RedeemAsUrl) -> None:
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": "https://agent.example/callback"}
    answer = redeem(None, client_id=URL, client_secret=None, **form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assertion = form_of(build_assertion(client_id=URL, audience=builders.RESOURCE_AS))
    answer = redeem(None, client_id=URL, client_secret=None, **form, **assertion)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_the_keys_are_the_documents_and_not_the_rows(
    redeem_as_url: RedeemAsUrl, listed: CrossAppClient, idp: responses.RequestsMock
) -> None:
    from xaa import jose

    listed.jwks = {"keys": [jose.public_jwk(OTHER_CLIENTS_KEY)]}
    listed.save()
    assert is_refused(redeem_as_url(key=OTHER_CLIENTS_KEY))
    publish(idp, jwks=listed.jwks)
    assert not is_refused(redeem_as_url(key=OTHER_CLIENTS_KEY))


@pytest.mark.spec("CI-06")
def test_a_document_is_fetched_once_for_many_requests(
    redeem_as_url: RedeemAsUrl, idp: responses.RequestsMock
) -> None:
    for _ in range(3):
        assert redeem_as_url().status_code == 200
    assert fetches(idp) == 1


def test_a_url_that_is_taken_off_the_list_is_an_unknown_client(
    redeem_as_url: RedeemAsUrl, listed: CrossAppClient
) -> None:
    assert not is_refused(redeem_as_url())
    RedeemedIdJag.objects.all().delete()
    UsedClientAssertion.objects.all().delete()
    listed.delete()
    assert is_refused(redeem_as_url())


@pytest.mark.spec("RD-05")
def test_a_document_that_does_not_name_the_grant_does_not_get_it(
    redeem_as_url: RedeemAsUrl, idp: responses.RequestsMock
) -> None:
    publish(idp, grant_types=["authorization_code"], authorization_grant_profiles_supported=builders.REMOVED)
    answer = redeem_as_url()
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    publish(idp, grant_types=[protocol.GRANT_JWT_BEARER], authorization_grant_profiles_supported=builders.REMOVED)
    assert redeem_as_url().status_code == 200


def test_it_gets_no_more_than_the_admin_allows(redeem_as_url: RedeemAsUrl, idp: responses.RequestsMock) -> None:
    publish(idp, scope="todos.read todos.write todos.admin")
    allow_client_url(URL, name="Agent0", allowed_scopes="todos.read")
    answer = redeem_as_url()
    assert (answer.status_code, answer.json()["scope"]) == (200, "todos.read")


def test_it_costs_no_statement_more_than_a_registered_key(
    redeem: Redeem, redeem_as_url: RedeemAsUrl, agent0: Application
) -> None:
    CrossAppClient.objects.filter(application=agent0).update(jwks=KEYS)

    def redeem_registered() -> HttpResponse:
        assertion = build_assertion(client_id=builders.CLIENT_ID, audience=builders.RESOURCE_AS)
        return redeem(build_id_jag(), client_id=None, client_secret=None, **form_of(assertion))

    assert (redeem_as_url().status_code, redeem_registered().status_code) == (200, 200)  # fetches what is cached
    with CaptureQueriesContext(connection) as listed:
        redeem_as_url()
    with CaptureQueriesContext(connection) as registered:
        redeem_registered()
    assert len(listed) == len(registered)


@pytest.mark.spec("CI-10")
def test_the_metadata_says_that_urls_may_be_clients(client: Any) -> None:
    document = client.get("/.well-known/oauth-authorization-server").json()
    assert document["client_id_metadata_document_supported"] is True


@pytest.mark.spec("CI-09")
def test_an_id_that_this_server_makes_up_is_never_a_url() -> None:
    assert not any(":" in generate_client_id() for _ in range(100))


def test_the_list_is_kept_from_the_command_line(db: None) -> None:
    def run(url: str, scopes: str = "todos.read") -> str:
        said = StringIO()
        call_command("allow_client_url", url, "--name", "Agent0", "--scopes", scopes, stdout=said)
        return said.getvalue()

    assert run(URL) == f"{URL} may get: todos.read\n"
    run(URL, "todos.write")
    assert [one.allowed_scopes for one in CrossAppClient.objects.all()] == ["todos.write"]
    with pytest.raises(CommandError, match="https"):
        run("http://agent.example/client.json")


def test_a_registration_by_hand_is_not_taken_over(db: None) -> None:
    Application.objects.create(
        client_id=URL, client_type="confidential", authorization_grant_type="authorization-code"
    )
    with pytest.raises(ClientMetadataError, match="by hand"):
        allow_client_url(URL, name="Agent0", allowed_scopes="todos.read")
    assert not CrossAppClient.objects.exists()


def test_the_log_says_what_was_wrong_with_the_document(
    redeem_as_url: RedeemAsUrl, idp: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    publish(idp, client_id="https://evil.example/client.json")
    redeem_as_url()
    assert f"client_id: expected '{URL}'" in caplog.text

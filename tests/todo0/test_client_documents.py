"""A client whose id is a URL, at Todo0: at each endpoint where clients authenticate, and through the browser."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from django.contrib.auth.models import User
from django.test import Client
from oauth2_provider.models import Application

from stage.kit.registrations import REGISTRATIONS
from tests.client_assertions import build_assertion, form_of
from tests.client_documents import REDIRECT_URI, URL, build_document
from tests.todo0.conftest import TODO0, Redeem, id_jag, post_form
from tests.todo0.test_authorization_code import ASKED, VERIFIER
from todo0.seed import seed
from xaa.jwt_bearer.client_documents import load_client_directory


@pytest.fixture
def document(acme: responses.RequestsMock, seeded: None, settings: Any) -> Iterator[responses.RequestsMock]:
    """The URL on Todo0's list, and what is found there."""
    settings.CLIENT_URLS = (URL,)
    seed()
    load_client_directory.cache_clear()
    acme.get(URL, json=build_document())
    yield acme
    load_client_directory.cache_clear()


def signed(**override: Any) -> dict[str, str]:
    return form_of(build_assertion(**({"client_id": URL, "audience": TODO0} | override)))


@pytest.mark.spec("CI-05", "RD-02")
def test_it_redeems_introspects_and_revokes(redeem: Redeem, document: responses.RequestsMock) -> None:
    answer = redeem(id_jag(client_id=URL), client_id=URL, client_secret=None, **signed())
    assert answer.status_code == 200, answer.content
    token = {"token": answer.json()["access_token"]}
    assert post_form("/oauth/introspect", token | signed()).json()["active"] is True
    assert post_form("/oauth/revoke", token | signed()).status_code == 200
    assert post_form("/oauth/introspect", token | signed()).json() == {"active": False}


@pytest.mark.spec("RD-17")
def test_an_id_jag_for_it_is_for_nobody_else(redeem: Redeem, document: responses.RequestsMock) -> None:
    assert redeem(id_jag(client_id=URL)).json()["error"] == "invalid_grant"
    answer = redeem(id_jag(), client_id=URL, client_secret=None, **signed())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert redeem(id_jag(client_id=URL), client_id=URL, client_secret=None, **signed()).status_code == 200


def ask(browser: Client, how: str, **override: Any) -> Any:
    asked = ASKED | {"client_id": URL, "redirect_uri": REDIRECT_URI} | override
    return browser.get("/oauth/authorize", asked) if how == "GET" else browser.post("/oauth/authorize", asked)


@pytest.fixture
def browser(alice: User, document: responses.RequestsMock) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.mark.spec("CI-05", "CI-07")
def test_a_person_may_let_it_in_and_then_it_signs(browser: Client) -> None:
    assert ask(browser, "GET").status_code == 200
    back = urlsplit(ask(browser, "POST", allow="Authorize")["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT_URI
    code = parse_qs(back.query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    assert post_form("/oauth/token", form | {"client_id": URL}).json()["error"] == "invalid_client"
    assert post_form("/oauth/token", form | signed()).status_code == 200


@pytest.mark.spec("CI-07", "SEC-23")
@pytest.mark.parametrize(
    "uri",
    [f"{REDIRECT_URI}/", f"{REDIRECT_URI}?x=1", REDIRECT_URI.upper(), "https://evil.example/", f"{REDIRECT_URI}#"],
)
def test_it_is_sent_to_no_other_address(browser: Client, uri: str) -> None:
    for how, allowed in (("GET", {}), ("POST", {"allow": "Authorize"}), ("POST", {})):
        answer = ask(browser, how, redirect_uri=uri, **allowed)
        assert answer.status_code in (200, 400), "a form refused by its own rules is shown again"
        assert answer.status_code == 400 or how == "POST"
    assert ask(browser, "GET").status_code == 200


@pytest.mark.spec("CI-07")
def test_an_address_that_the_document_no_longer_names_is_none(
    browser: Client, document: responses.RequestsMock
) -> None:
    assert ask(browser, "GET").status_code == 200
    document.replace(responses.GET, URL, json=build_document(redirect_uris=[f"{REDIRECT_URI}/new"]))
    load_client_directory.cache_clear()
    assert ask(browser, "GET").status_code == 400
    assert ask(browser, "GET", redirect_uri=f"{REDIRECT_URI}/new").status_code == 200


@pytest.mark.spec("CI-09")
def test_no_id_that_the_demo_gives_out_is_a_url() -> None:
    assert not any(one.client_id.startswith("http") for one in REGISTRATIONS)


def test_seeding_again_leaves_its_row_as_the_admin_left_it(document: responses.RequestsMock) -> None:
    application = Application.objects.get(client_id=URL)
    assert (application.name, application.cross_app_access.allowed_scopes) == (
        "agent.example",
        "todos.read todos.write",
    )
    application.cross_app_access.allowed_scopes = "todos.read"
    application.cross_app_access.save()
    seed()
    application.cross_app_access.refresh_from_db()
    assert application.cross_app_access.allowed_scopes == "todos.read"

"""A client whose id is a URL, let in at the console: its document is looked at first, then it is listed."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.client_assertions import build_assertion, form_of
from tests.client_documents import URL, WRONG, build_document
from tests.todo0.conftest import TODO0, Redeem, id_jag
from tests.todo0.console_side import submit, text_of
from todo0.authserver.dot import Application
from todo0.console.models import Change
from todo0.federation.models import Tenant
from xaa.jwt_bearer.client_documents import load_client_directory
from xaa.jwt_bearer.models import CrossAppClient

CLIENTS, ALLOW = "/admin/clients", "/admin/clients/allow"


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    load_client_directory.cache_clear()
    yield
    load_client_directory.cache_clear()


def let_in(admin: Client, **changed: Any) -> HttpResponse:
    typed = {"url": URL, "name": "An agent", "scopes": ["todos.read"]}
    return submit(admin, admin.get(CLIENTS), ALLOW, **typed | changed)


def redeem_by_document(redeem: Redeem) -> HttpResponse:
    signed = form_of(build_assertion(client_id=URL, audience=TODO0))
    return redeem(id_jag(client_id=URL), client_id=URL, client_secret=None, **signed)


@pytest.mark.spec("CI-05")
def test_an_administrator_lets_in_a_client_by_its_document(
    admin: Client, tove: User, acme: responses.RequestsMock, redeem: Redeem
) -> None:
    acme.get(URL, json=build_document())
    assert redeem_by_document(redeem).status_code == 401
    made = let_in(admin)
    assert made.status_code == 303
    answer = redeem_by_document(redeem)
    assert (answer.status_code, answer.json()["scope"]) == (200, "todos.read")
    change = Change.objects.get()
    assert (change.by, change.before, change.after["allowed_scopes"]) == (tove, {}, ["todos.read"])
    page = text_of(admin.get(made["Location"]))
    assert "An agent" in page
    assert "in its document" in page


@pytest.mark.spec("CI-02")
@pytest.mark.parametrize("wrong", ["client_id of another", "public", "no keys", "a private key"])
def test_a_document_that_would_not_do_lists_nobody_and_says_why(
    admin: Client, acme: responses.RequestsMock, wrong: str
) -> None:
    acme.get(URL, json=build_document(**WRONG[wrong]))
    answer = let_in(admin)
    assert answer.status_code == 400
    assert "xpected" in text_of(answer)
    assert 'value="An agent"' in answer.content.decode(), "what was typed stands there still"
    assert not Application.objects.filter(client_id=URL).exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize("url", ["agent", "https://agent.example", "ftp://agent.example/x", f"{URL}#x", "x" * 300])
def test_what_is_no_such_address_is_not_fetched(admin: Client, acme: responses.RequestsMock, url: str) -> None:
    before = len(acme.calls)
    assert let_in(admin, url=url).status_code == 400
    assert len(acme.calls) == before
    assert not Application.objects.filter(client_id=url).exists()


def test_one_that_could_redeem_nothing_is_not_let_in(admin: Client, acme: responses.RequestsMock) -> None:
    silent = {"grant_types": ["authorization_code"], "authorization_grant_profiles_supported": []}
    acme.get(URL, json=build_document(**silent))
    answer = let_in(admin)
    assert (answer.status_code, "never redeem" in text_of(answer)) == (400, True)


def test_one_that_cannot_be_reached_is_not_let_in(admin: Client, acme: responses.RequestsMock) -> None:
    acme.get(URL, status=404)
    assert let_in(admin).status_code == 400
    assert not Application.objects.filter(client_id=URL).exists()


@pytest.mark.usefixtures("seeded")
def test_twice_is_told_and_changes_nothing(admin: Client, acme: responses.RequestsMock) -> None:
    acme.get(URL, json=build_document())
    let_in(admin)
    answer = let_in(admin, scopes=["todos.write"])
    assert (answer.status_code, "let in already" in text_of(answer)) == (400, True)
    assert CrossAppClient.objects.get(application__client_id=URL).allowed_scopes == "todos.read"
    registered = let_in(admin, url="agent0-at-todo0")
    assert registered.status_code == 400
    assert Application.objects.get(client_id="agent0-at-todo0").registration_source != "cimd"


def test_while_the_rules_forbid_them_the_page_says_so(admin: Client) -> None:
    assert "today they do not" not in text_of(admin.get(CLIENTS))
    Tenant.objects.update(url_clients=False)
    assert "today they do not" in text_of(admin.get(CLIENTS))

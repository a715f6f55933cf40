"""Clients in the console: who may act for people here, for what, and how they prove who they are."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import builders
from tests.todo0.conftest import Call, Redeem, basic_auth, id_jag, post_form, secret_of
from tests.todo0.console_side import submit, text_of
from todo0.authserver.dot import Application
from todo0.authserver.models import RetiringSecret
from todo0.console.models import Change
from todo0.seed import seed
from xaa import jose
from xaa.jwt_bearer.models import CrossAppClient


@pytest.fixture
def agent0(seeded: None) -> CrossAppClient:
    return CrossAppClient.objects.get(application__client_id="agent0-at-todo0")


def page_of(admin: Client, client: CrossAppClient) -> HttpResponse:
    return admin.get(f"/admin/clients/{client.pk}")


def save(admin: Client, client: CrossAppClient, **changed: Any) -> HttpResponse:
    return submit(admin, page_of(admin, client), f"/admin/clients/{client.pk}", **changed)


def rotate(admin: Client, client: CrossAppClient, overlap: str = "86400") -> str:
    """The new secret, from the page that shows it."""
    answer = submit(admin, page_of(admin, client), f"/admin/clients/{client.pk}/secret", overlap=overlap)
    assert answer.status_code == 200, answer.content
    return str(answer.context["secret"])


def status(redeem: Redeem, secret: str) -> int:
    return redeem(id_jag(), client_secret=secret).status_code


def test_a_client_may_be_refused_cross_app_access_alone(
    admin: Client, agent0: CrossAppClient, redeem: Redeem, call: Call
) -> None:
    address = f"/admin/clients/{agent0.pk}/xaa"
    assert call("GET", "/todos").status_code == 200
    submit(admin, page_of(admin, agent0), address)
    answer = redeem(id_jag())
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert call("GET", "/todos").status_code == 401, "what it got by an ID-JAG has ended"
    assert post_form("/oauth/introspect", {"token": "x"}, Authorization=basic_auth()).status_code == 200
    submit(admin, page_of(admin, agent0), address)
    assert redeem(id_jag()).status_code == 200


def test_the_allowed_scopes_count_from_the_next_request(
    admin: Client, agent0: CrossAppClient, redeem: Redeem
) -> None:
    assert redeem(id_jag()).json()["scope"] == "todos.read todos.write"
    save(admin, agent0, allowed_scopes=["todos.read"])
    assert redeem(id_jag()).json()["scope"] == "todos.read"
    assert redeem(id_jag(scope="todos.write")).status_code == 400


def test_two_secrets_live_for_a_bounded_time(admin: Client, agent0: CrossAppClient, redeem: Redeem) -> None:
    first, second = secret_of("agent0-at-todo0"), rotate(admin, agent0, "3600")
    assert (status(redeem, first), status(redeem, second)) == (200, 200)
    RetiringSecret.objects.update(works_until=timezone.now() - timedelta(seconds=1))
    assert (status(redeem, first), status(redeem, second)) == (401, 200)


def test_never_more_than_two(admin: Client, agent0: CrossAppClient, redeem: Redeem) -> None:
    secrets = [secret_of("agent0-at-todo0"), rotate(admin, agent0), rotate(admin, agent0)]
    assert [status(redeem, secret) for secret in secrets] == [401, 200, 200]
    submit(admin, page_of(admin, agent0), f"/admin/clients/{agent0.pk}/secret/end")
    assert [status(redeem, secret) for secret in secrets] == [401, 401, 200]


def test_without_an_overlap_the_former_ends_at_once(admin: Client, agent0: CrossAppClient, redeem: Redeem) -> None:
    second = rotate(admin, agent0, "0")
    assert (status(redeem, secret_of("agent0-at-todo0")), status(redeem, second)) == (401, 200)
    assert not RetiringSecret.objects.exists()


def test_one_clients_former_secret_opens_no_other_client(
    admin: Client, agent0: CrossAppClient, redeem: Redeem
) -> None:
    rotate(admin, agent0)
    stolen = {"client_id": "evil0-at-todo0", "client_secret": secret_of("agent0-at-todo0")}
    assert redeem(id_jag(client_id="evil0-at-todo0"), **stolen).status_code == 401
    assert redeem(id_jag(client_id="evil0-at-todo0"), client_id="evil0-at-todo0").status_code == 200


def test_both_work_in_the_header_and_in_the_body(admin: Client, agent0: CrossAppClient) -> None:
    second = rotate(admin, agent0)
    for secret in (secret_of("agent0-at-todo0"), second):
        for form, headers in (
            ({"client_id": "agent0-at-todo0", "client_secret": secret}, {}),
            ({}, {"Authorization": basic_auth(secret=secret)}),
        ):
            assert post_form("/oauth/introspect", {"token": "x"} | form, **headers).status_code == 200
    assert post_form("/oauth/introspect", {"token": "x"}, Authorization=basic_auth(secret="w")).status_code == 401


def test_a_secret_is_shown_once_and_stored_as_a_hash(admin: Client, agent0: CrossAppClient) -> None:
    stale = page_of(admin, agent0)
    secret = rotate(admin, agent0)
    assert secret not in page_of(admin, agent0).content.decode()
    assert secret not in str([*Application.objects.values(), *RetiringSecret.objects.values()])
    assert secret not in str(list(Change.objects.values()))
    again = submit(admin, stale, f"/admin/clients/{agent0.pk}/secret", overlap="0")
    assert again.status_code == 303, "a form sent twice makes no second secret"
    assert "no secret was made" in text_of(page_of(admin, agent0))
    assert admin.get(f"/admin/clients/{agent0.pk}")["Cache-Control"].count("no-store") == 1


def test_a_restart_leaves_an_administrators_secret_alone(
    admin: Client, agent0: CrossAppClient, redeem: Redeem
) -> None:
    second = rotate(admin, agent0, "0")
    seed()
    assert (status(redeem, secret_of("agent0-at-todo0")), status(redeem, second)) == (401, 200)


def test_registered_keys_take_the_secrets_place(admin: Client, agent0: CrossAppClient, redeem: Redeem) -> None:
    keys = json.dumps(builders.jwks(builders.IDP_KEY))
    assert save(admin, agent0, jwks=keys).status_code == 303
    assert redeem(id_jag()).status_code == 401
    change = Change.objects.first()
    submit(admin, page_of(admin, agent0), f"/admin/clients/{agent0.pk}/undo/{change.pk}")
    assert redeem(id_jag()).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{", "Expected JSON"),
        ("[]", "Expected a JWK Set"),
        ('{"keys": []}', "Expected a JWK Set"),
        ("private", "Expected public keys only"),
    ],
)
def test_keys_that_are_none_are_refused(admin: Client, agent0: CrossAppClient, typed: str, said: str) -> None:
    if typed == "private":
        public = jose.public_jwk(builders.IDP_KEY)
        typed = json.dumps({"keys": [public | {"d": "AAAA"}]})
    answer = save(admin, agent0, jwks=typed)
    assert answer.status_code == 400
    assert said in text_of(answer)


def test_a_new_client_works_from_its_first_request(admin: Client, redeem: Redeem) -> None:
    page = admin.get("/admin/clients")
    typed = {"name": "Report0", "client_id": "report0-at-todo0", "scopes": ["todos.read"]}
    made = submit(admin, page, "/admin/clients/add", **typed)
    assert made.status_code == 200
    answer = redeem(
        id_jag(client_id="report0-at-todo0"), client_id="report0-at-todo0", client_secret=made.context["secret"]
    )
    assert (answer.status_code, answer.json()["scope"]) == (200, "todos.read")
    assert submit(admin, page, "/admin/clients/add", **typed).status_code == 400, "its id is taken"
    assert Change.objects.get().after["allowed_scopes"] == ["todos.read"]


def test_a_change_is_told_and_undone_and_a_stale_one_refused(admin: Client, agent0: CrossAppClient) -> None:
    stale = page_of(admin, agent0)
    save(admin, agent0, allowed_scopes=["todos.read"])
    assert "Allowed scopes: todos.read, todos.write → todos.read" in text_of(page_of(admin, agent0))
    refused = submit(admin, stale, f"/admin/clients/{agent0.pk}", name="Other")
    assert refused.status_code == 409
    change = Change.objects.first()
    submit(admin, page_of(admin, agent0), f"/admin/clients/{agent0.pk}/undo/{change.pk}")
    agent0.refresh_from_db()
    assert (agent0.allowed_scopes, agent0.application.name) == ("todos.read todos.write", "Agent0")


def test_a_change_of_secret_is_told_and_cannot_be_undone(admin: Client, agent0: CrossAppClient) -> None:
    rotate(admin, agent0)
    page = page_of(admin, agent0)
    assert "Former secret works until: none →" in text_of(page)
    assert "undo" not in page.content.decode()


def test_the_pages_ask_a_bounded_number_of_times(admin: Client, agent0: CrossAppClient) -> None:
    for number in range(8):
        application = Application.objects.create(name=f"C{number}", client_id=f"c{number}")
        CrossAppClient.objects.create(application=application, allowed_scopes="todos.read")
        save(admin, agent0, name=f"Agent {number}")
    for path in ("/admin/clients", f"/admin/clients/{agent0.pk}"):
        with CaptureQueriesContext(database) as statements:
            assert admin.get(path).status_code == 200
        assert len(statements) <= 10, path


def test_a_secret_of_a_client_that_is_not_there_is_not_found(admin: Client) -> None:
    page = admin.get("/admin/clients")
    token = page.content.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {"csrfmiddlewaretoken": token}
    assert admin.post("/admin/clients/987654/secret/end", form).status_code == 404
    known = CrossAppClient.objects.get(application__client_id="agent0-at-todo0")
    assert admin.post(f"/admin/clients/{known.pk}/secret/end", form).status_code == 303

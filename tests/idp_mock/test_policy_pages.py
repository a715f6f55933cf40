"""Carol's pages: the matrix, the switch, the terms, and what happens when two admins edit at once."""

import re
from typing import Any

import pytest
from django.test import Client

from idp_mock.console.changes import By
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.policy.change import save_change
from idp_mock.policy.decide import allowed_scopes
from idp_mock.policy.models import CrossAppConnection
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import read_forms, submit, text_of
from tests.idp_mock.exchange_world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(acme: Enterprise) -> CrossAppConnection:
    return acme.connections.get(resource_app__app__name="Todo0")


def address_of(connection: CrossAppConnection) -> str:
    return f"/acme/admin/policy/{connection.pk}"


# The switch


def test_carol_switches_agent0_off_in_two_clicks_from_her_front_page(
    carol: Client, connection: CrossAppConnection, world: World
) -> None:
    assert world.exchange()["token_type"] == "N_A"
    home = carol.get("/acme/admin/")
    assert 'href="/acme/admin/policy"' in home.content.decode()
    matrix = carol.get("/acme/admin/policy")  # first click
    response = submit(carol, matrix, f"{address_of(connection)}/switch")  # second click
    assert response.status_code == 303
    assert response["Location"] == f"/acme/admin/policy#cell-{connection.pk}", "back to where she was"
    with pytest.raises(OAuthError) as refused:
        world.exchange()
    assert (refused.value.check, refused.value.error) == ("I9", "invalid_target")

    after = carol.get("/acme/admin/policy")
    assert "Agent0 at Todo0 is off" in text_of(after)
    assert "already issued still works until it expires" in text_of(after)
    submit(carol, after, f"{address_of(connection)}/switch")
    assert world.exchange()["token_type"] == "N_A"


def test_a_doubled_click_does_not_undo_itself(carol: Client, connection: CrossAppConnection) -> None:
    page = carol.get(address_of(connection))
    for _ in range(2):
        assert submit(carol, page, f"{address_of(connection)}/switch")["Location"] == address_of(connection)
    connection.refresh_from_db()
    assert (connection.is_on, connection.version, connection.changes.count()) == (False, 2, 1)


def test_a_switch_is_in_the_history_and_in_the_system_log(carol: Client, connection: CrossAppConnection) -> None:
    submit(carol, carol.get(address_of(connection)), f"{address_of(connection)}/switch")
    change = connection.changes.get()
    assert (change.by_name, change.before["status"], change.after["status"]) == ("Carol Castro", "on", "off")
    event = Event.objects.get(event_type="policy.xaa.connection.update")
    assert (event.person_name, event.reason) == ("Carol Castro", "Status: on → off")
    assert (event.requesting_app_name, event.resource_app_name, event.outcome) == ("Agent0", "Todo0", "allowed")
    assert "Status: on → off" in text_of(carol.get(address_of(connection)))


def test_off_works_while_somebody_else_is_editing(
    carol: Client, connection: CrossAppConnection, acme: Enterprise
) -> None:
    page = carol.get("/acme/admin/policy")
    other = By(Person.objects.get(enterprise=acme, sub=people.DAN.sub), connection.on_since)
    save_change(connection, {"lifetime": 60}, version=connection.version, by=other)
    submit(carol, page, f"{address_of(connection)}/switch")
    connection.refresh_from_db()
    assert (connection.is_on, connection.lifetime) == (False, 60)


def test_switching_on_says_since_when(carol: Client, connection: CrossAppConnection) -> None:
    page = submit_twice(carol, connection)
    assert connection.on_since is not None
    assert "On since" in text_of(page)


def submit_twice(carol: Client, connection: CrossAppConnection) -> Any:
    for _ in range(2):
        submit(carol, carol.get(address_of(connection)), f"{address_of(connection)}/switch")
    connection.refresh_from_db()
    return carol.get(address_of(connection))


# The matrix


@pytest.mark.parametrize("from_the_matrix", [True, False])
def test_one_click_leaves_nothing_but_reading(
    carol: Client, connection: CrossAppConnection, from_the_matrix: bool
) -> None:
    """On, with the groups that it has; what else its terms say stays, and the button goes."""
    page = "/acme/admin/policy" if from_the_matrix else address_of(connection)
    groups = set(connection.groups.all())
    submit(carol, carol.get("/acme/admin/policy"), f"{address_of(connection)}/switch")
    answer = submit(carol, carol.get(page), f"{address_of(connection)}/reading")
    assert answer["Location"].partition("#")[0] == page, "back to where she was"
    connection.refresh_from_db()
    assert connection.is_on
    assert allowed_scopes(connection) == ("todos.read",)
    assert set(connection.groups.all()) == groups
    after = carol.get("/acme/admin/policy")
    assert "is on, for reading only" in text_of(after)
    assert f"{address_of(connection)}/reading" not in read_forms(carol.get(address_of(connection))).forms
    assert f"{address_of(connection)}/reading" not in read_forms(after).forms
    change = connection.changes.latest("version")
    assert (change.before["status"], change.after["status"]) == ("off", "on")


def test_the_matrix_has_a_button_for_every_pair(carol: Client, acme: Enterprise) -> None:
    page = carol.get("/acme/admin/policy")
    forms = read_forms(page).forms
    assert len([address for address in forms if address.endswith("/switch")]) == 2  # Agent0 at Mail0 and at Todo0
    assert len([address for address in forms if "/connect/" in address]) == 2  # Evil0 at both
    assert "For Sales" in text_of(page)
    assert "todos.read todos.write" in text_of(page)


def test_the_matrix_says_what_a_connection_lacks(carol: Client, connection: CrossAppConnection) -> None:
    connection.groups.clear()
    CrossAppConnection.objects.update(client_id_at_resource_as="", scope_condition="only", scopes=[])
    page = text_of(carol.get("/acme/admin/policy"))
    assert "For nobody: no group chosen" in page
    assert "no scope allowed" in page
    assert "no client id there yet" in page


def test_without_a_resource_app_the_matrix_says_so(carol: Client, acme: Enterprise) -> None:
    acme.resource_apps.all().delete()
    assert "No app is registered as a resource app" in text_of(carol.get("/acme/admin/policy"))


def test_connecting_two_apps_gives_nobody_anything_yet(carol: Client, acme: Enterprise) -> None:
    page = carol.get("/acme/admin/policy")
    evil0, todo0 = App.objects.get(client_id="evil0-at-acme"), acme.resource_apps.get(app__name="Todo0")
    address = f"/acme/admin/policy/connect/{evil0.pk}/{todo0.pk}"
    for _ in range(2):  # a doubled click finds the first's
        response = submit(carol, page, address)
    made = CrossAppConnection.objects.get(requesting_app=evil0)
    assert response["Location"] == address_of(made)
    assert (made.is_on, made.groups.count(), made.client_id_at_resource_as, made.scopes) == (False, 0, "", [])
    assert Event.objects.filter(event_type="policy.xaa.connection.update").count() == 1
    assert carol.get(response["Location"]).status_code == 200


def test_it_does_not_connect_what_cannot_be_connected(carol: Client, acme: Enterprise, globex: Enterprise) -> None:
    token = read_forms(carol.get("/acme/admin/policy")).forms["/acme/logout/confirm"]["csrfmiddlewaretoken"][0]
    agent0, todo0 = App.objects.get(client_id="agent0-at-acme"), App.objects.get(client_id="todo0-at-acme")
    ours, theirs = todo0.resource_app, globex.resource_apps.get()
    pairs = {
        (todo0.pk, ours.pk): 404,
        (agent0.pk, theirs.pk): 404,
        (agent0.pk, 10**6): 404,
        (agent0.pk, ours.pk): 303,
    }
    for (app, resource_app), status in pairs.items():
        address = f"/acme/admin/policy/connect/{app}/{resource_app}"
        assert carol.post(address, {"csrfmiddlewaretoken": token}).status_code == status
    assert acme.connections.count() == 2


# The front page


def test_the_front_page_counts_what_was_decided(carol: Client, world: World) -> None:
    world.exchange()
    for _ in range(2):
        with pytest.raises(OAuthError):
            world.exchange(audience="https://unknown.example")
    page = text_of(carol.get("/acme/admin/"))
    assert "1 of 2 connections on" in page
    assert "2 denied today" in page
    assert "1 allowed today" in page
    assert "Agent0 asked to act at Todo0" in page
    assert re.search(r"I8\s+Unknown audience", page)


def test_the_front_page_of_a_quiet_day(carol: Client) -> None:
    page = text_of(carol.get("/acme/admin/"))
    assert "0 denied today" in page
    assert "Nothing has been decided yet" in page


def test_yesterday_is_not_today(carol: Client, world: World) -> None:
    from datetime import timedelta

    world.exchange()
    Event.objects.update(at=world.now - timedelta(days=1))
    assert "0 allowed today" in text_of(carol.get("/acme/admin/"))

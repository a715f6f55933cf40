"""The terms of a connection: saved, refused with nothing lost, and what happens when two admins edit at once."""

from typing import Any

import pytest
from django.test import Client

from idp_mock.console.changes import By, StaleVersion
from idp_mock.directory.models import Enterprise, Person
from idp_mock.policy.change import save_change
from idp_mock.policy.models import CrossAppConnection
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import save_at, signed_in, submit, text_of
from tests.idp_mock.exchange_world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(acme: Enterprise) -> CrossAppConnection:
    return acme.connections.get(resource_app__app__name="Todo0")


def address_of(connection: CrossAppConnection) -> str:
    return f"/acme/admin/policy/{connection.pk}"


# The terms


def test_saving_the_page_as_it_is_changes_no_terms(carol: Client, connection: CrossAppConnection) -> None:
    page = carol.get(address_of(connection))
    response = submit(carol, page, address_of(connection))
    assert response.status_code == 303
    change = connection.changes.get()
    assert change.before == change.after
    assert "Saved without a change" in text_of(carol.get(address_of(connection)))


def test_carol_changes_every_term(
    carol: Client, connection: CrossAppConnection, acme: Enterprise, world: World
) -> None:
    engineering = acme.groups.get(slug="engineering")
    page = carol.get(address_of(connection))
    response = submit(
        carol,
        page,
        address_of(connection),
        groups=[str(engineering.pk)],
        scope_condition="only",
        scopes=["todos.read"],
        default_scopes=["todos.read"],
        client_id_at_resource_as="another-name",
        lifetime="60",
        max_authentication_age="3600",
        second_factor_scopes=["todos.write"],
    )
    assert (response.status_code, response["Location"]) == (303, address_of(connection))
    connection.refresh_from_db()
    assert [group.slug for group in connection.groups.all()] == ["engineering"]
    assert (connection.scope_condition, connection.scopes) == ("only", ["todos.read"])
    assert (connection.default_scopes, connection.client_id_at_resource_as) == (["todos.read"], "another-name")
    assert (connection.lifetime, connection.max_authentication_age) == (60, 3600)
    assert connection.second_factor_scopes == ["todos.write"]
    assert (connection.version, connection.updated_by.name, connection.is_on) == (2, "Carol Castro", True)
    said = text_of(carol.get(address_of(connection)))
    assert "Saved. Agent0 at Todo0 has these terms from the next request on." in said
    for words in (
        "Groups: Sales → Engineering",
        "Scope condition: any → only",
        "seconds: 300 → 60",
        "Scopes that need a second factor: none → todos.write",
    ):
        assert words in said
    with pytest.raises(OAuthError) as refused:
        world.exchange()  # Alice is in Sales
    assert refused.value.check == "I10"


def test_narrowing_the_scopes_narrows_the_next_id_jag(
    carol: Client, connection: CrossAppConnection, world: World
) -> None:
    assert world.exchange()["scope"] == "todos.read todos.write"
    submit(
        carol,
        carol.get(address_of(connection)),
        address_of(connection),
        scope_condition="only",
        scopes=["todos.read"],
    )
    assert world.exchange()["scope"] == "todos.read"


def test_a_second_factor_for_writing_holds_up_the_next_id_jag_for_it_and_not_for_reading(
    carol: Client, connection: CrossAppConnection, world: World
) -> None:
    save_at(carol, address_of(connection), second_factor_scopes=["todos.write"])
    with pytest.raises(OAuthError) as refused:
        world.exchange()
    assert (refused.value.check, refused.value.error) == ("I13", "insufficient_user_authentication")
    assert world.exchange(scope="todos.read")["scope"] == "todos.read"
    assert "second factor for todos.write" in text_of(carol.get("/acme/admin/policy"))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("lifetime", "29", "greater than or equal to 30"),
        ("lifetime", "301", "less than or equal to 300"),
        ("lifetime", "", "This field is required"),
        ("lifetime", "soon", "Enter a whole number"),
        ("max_authentication_age", "59", "greater than or equal to 60"),
        ("scope_condition", "everything", "Select a valid choice"),
        ("scopes", ["todos.admin"], "Select a valid choice"),
        ("second_factor_scopes", ["todos.admin"], "Select a valid choice"),
        ("groups", ["999999"], "Select a valid choice"),
        ("client_id_at_resource_as", "x" * 256, "at most 255 characters"),
        ("client_id_at_resource_as", "a\0b", "Null characters are not allowed"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_typed_is_lost(
    carol: Client, connection: CrossAppConnection, field: str, value: Any, said: str
) -> None:
    typed = {"client_id_at_resource_as": "typed-by-carol"} | {field: value}
    response = save_at(carol, address_of(connection), **typed)
    assert response.status_code == 400
    assert "Not saved." in text_of(response)
    assert said in text_of(response)
    if field != "client_id_at_resource_as":
        assert "typed-by-carol" in response.content.decode()
    connection.refresh_from_db()
    assert (connection.version, connection.client_id_at_resource_as) == (1, "agent0-at-todo0")


def test_a_group_of_another_enterprise_cannot_be_chosen(
    carol: Client, connection: CrossAppConnection, globex: Enterprise
) -> None:
    theirs = str(globex.groups.get(slug="sales").pk)
    response = save_at(carol, address_of(connection), groups=[theirs])
    assert response.status_code == 400


def test_a_default_scope_must_be_one_that_could_be_asked_for(
    carol: Client, connection: CrossAppConnection
) -> None:
    page = carol.get(address_of(connection))
    wrong = {"scope_condition": "only", "scopes": ["todos.read"], "default_scopes": ["todos.write"]}
    response = submit(carol, page, address_of(connection), **wrong)
    assert response.status_code == 400
    assert "The condition above does not allow todos.write." in text_of(response)
    right = wrong | {"default_scopes": ["todos.read"]}
    assert submit(carol, page, address_of(connection), **right).status_code == 303


# Two admins


def test_of_two_admins_the_second_is_told_and_loses_nothing(
    carol: Client, connection: CrossAppConnection, acme: Enterprise
) -> None:
    Person.objects.filter(enterprise=acme, sub=people.DAN.sub).update(is_admin=True)
    dan = signed_in(people.DAN)
    carols, dans = carol.get(address_of(connection)), dan.get(address_of(connection))
    assert submit(dan, dans, address_of(connection), lifetime="60").status_code == 303

    stale = submit(carol, carols, address_of(connection), client_id_at_resource_as="typed-by-carol")
    assert stale.status_code == 409
    assert "somebody changed this connection while you were editing" in text_of(stale)
    assert "Dan Dupont" in text_of(stale)
    assert "ID-JAG lifetime in seconds: 300 → 60" in text_of(stale)
    assert "typed-by-carol" in stale.content.decode()
    connection.refresh_from_db()
    assert connection.client_id_at_resource_as == "agent0-at-todo0"

    again = submit(carol, stale, address_of(connection))  # having read it, she saves over it
    assert again.status_code == 303
    connection.refresh_from_db()
    assert (connection.client_id_at_resource_as, connection.lifetime) == ("typed-by-carol", 300)


def test_a_stale_save_leaves_no_trace(connection: CrossAppConnection, acme: Enterprise) -> None:
    carol = By(Person.objects.get(enterprise=acme, sub=people.CAROL.sub), connection.on_since)
    save_change(connection, {"lifetime": 60}, version=1, by=carol)
    with pytest.raises(StaleVersion):
        save_change(connection, {"lifetime": 90}, version=1, by=carol)
    connection.refresh_from_db()
    assert (connection.lifetime, connection.changes.count()) == (60, 1)
    assert Event.objects.filter(event_type="policy.xaa.connection.update").count() == 1


@pytest.mark.parametrize("version", ["", "two", "99"])
def test_a_page_whose_version_was_changed_saves_nothing(
    carol: Client, connection: CrossAppConnection, version: str
) -> None:
    response = save_at(carol, address_of(connection), version=version)
    assert response.status_code in (400, 409)
    connection.refresh_from_db()
    assert connection.version == 1

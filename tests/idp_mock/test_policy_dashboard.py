"""The employee's front page: her apps, and which of them act for her."""

import pytest

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.policy.models import CrossAppConnection
from stage.kit import addresses, people
from tests.idp_mock.admin_side import signed_in, text_of
from tests.idp_mock.exchange_world import make_world

pytestmark = pytest.mark.django_db


def test_alice_sees_her_apps_and_that_agent0_acts_for_her_at_todo0() -> None:
    page = signed_in(people.ALICE).get("/acme/")
    assert f'href="{addresses.AGENT0_URL}/"' in page.content.decode()
    assert f'href="{addresses.TODO0_URL}/"' in page.content.decode()
    said = text_of(page)
    assert "Agent0 → acts for you at Todo0 Managed by Acme" in said
    assert "Read todos todos.read Add, complete and delete todos todos.write Since" in said
    assert "To change it, ask Carol Castro." in said
    assert "Last allowed never" in said
    assert "Evil0" not in said
    assert "Mail0" not in said


@pytest.mark.parametrize("person", [people.BOB, people.CAROL, people.EVE], ids=lambda person: person.key)
def test_others_are_told_that_no_app_acts_for_them(person: people.Person) -> None:
    said = text_of(signed_in(person).get("/acme/"))
    assert "No app acts for you at another app." in said
    assert "Managed by" not in said


def test_it_tells_when_it_was_last_allowed(agent0: App, alice: Person) -> None:
    world = make_world(agent0, alice)
    world.exchange()
    assert f"Last allowed {world.now:%-d %B %Y, %H:%M} UTC" in text_of(signed_in(people.ALICE).get("/acme/"))
    assert "Last allowed never" in text_of(signed_in(people.DAN).get("/acme/"))


@pytest.mark.parametrize("what", ["off", "group", "requesting app", "resource app"])
def test_it_shows_nothing_that_an_exchange_would_refuse(acme: Enterprise, agent0: App, what: str) -> None:
    connection = CrossAppConnection.objects.get(requesting_app=agent0, resource_app__app__name="Todo0")
    alice = signed_in(people.ALICE)
    assert "Managed by Acme" in text_of(alice.get("/acme/"))
    match what:
        case "off":
            CrossAppConnection.objects.update(is_on=False)
        case "group":
            connection.groups.clear()
        case "requesting app":
            agent0.assigned_groups.clear()
        case "resource app":
            connection.resource_app.app.assigned_groups.clear()
    assert "No app acts for you" in text_of(alice.get("/acme/"))


def test_two_groups_of_one_connection_show_it_once(acme: Enterprise, agent0: App) -> None:
    connection = CrossAppConnection.objects.get(requesting_app=agent0, resource_app__app__name="Todo0")
    connection.groups.set(acme.groups.all())
    assert text_of(signed_in(people.ALICE).get("/acme/")).count("Managed by Acme") == 1


def test_only_an_admin_is_shown_the_way_to_the_admin_pages() -> None:
    assert "/acme/admin/" in signed_in(people.CAROL).get("/acme/").content.decode()
    assert "/acme/admin/" not in signed_in(people.ALICE).get("/acme/").content.decode()


def test_signing_out_is_one_click() -> None:
    from tests.idp_mock.admin_side import submit

    alice = signed_in(people.ALICE)
    assert submit(alice, alice.get("/acme/"), "/acme/logout/confirm").status_code == 200
    assert alice.get("/acme/").status_code == 303

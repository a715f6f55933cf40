"""Before and after a change of policy: who gains, who loses, how to take it back, and the switch for all."""

from typing import Any

import pytest
from django.test import Client

from idp_mock.directory.models import Enterprise, Person
from idp_mock.policy.models import CrossAppConnection
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import read_forms, save_at, signed_in, submit, text_of
from tests.idp_mock.app_side import csrf_token
from tests.idp_mock.exchange_world import TODO0_API, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(acme: Enterprise) -> CrossAppConnection:
    return acme.connections.get(resource_app__app__name="Todo0")


def address_of(connection: CrossAppConnection) -> str:
    return f"/acme/admin/policy/{connection.pk}"


def preview(carol: Client, connection: CrossAppConnection, **changed: Any) -> Any:
    """Change the terms as typed and press *Preview*."""
    page = carol.get(address_of(connection))
    fields = read_forms(page).forms[address_of(connection)] | changed
    return carol.post(f"{address_of(connection)}/preview", fields | {"csrfmiddlewaretoken": csrf_token(page)})


def group(acme: Enterprise, *slugs: str) -> list[str]:
    return [str(found.pk) for found in acme.groups.filter(slug__in=slugs)]


def refusal(world: World, **override: Any) -> str:
    with pytest.raises(OAuthError) as refused:
        world.exchange(**override)
    return refused.value.check


# Preview


def test_a_preview_says_who_gains_and_who_loses_and_saves_nothing(
    carol: Client, connection: CrossAppConnection, acme: Enterprise
) -> None:
    page = preview(carol, connection, groups=group(acme, "engineering", "it"))
    assert page.status_code == 200
    said = text_of(page)
    assert "If you save these terms: 2 people gain, 2 lose" in said
    assert "Bob Brandt gains: Read todos; Add, complete and delete todos" in said
    assert "Alice Anders loses: Read todos; Add, complete and delete todos" in said
    connection.refresh_from_db()
    assert (connection.version, connection.changes.count()) == (1, 0)
    assert read_forms(page).forms[address_of(connection)]["groups"] == group(acme, "engineering", "it")
    assert submit(carol, page, address_of(connection)).status_code == 303, (
        "what was previewed can be saved as it is"
    )
    assert "from the next request on. 2 people gain, 2 lose." in text_of(carol.get(address_of(connection)))


CHANGES = [
    ({}, "Nobody gains or loses anything"),
    ({"scope_condition": "only", "scopes": ["todos.read"]}, "2 people lose"),
    ({"scope_condition": "not", "scopes": ["todos.write"]}, "2 people lose"),
    ({"scope_condition": "only", "scopes": []}, "2 people lose"),
    ({"client_id_at_resource_as": ""}, "2 people lose"),
    ({"resource_condition": "only", "resources": []}, "2 people lose"),
    ({"lifetime": "60", "max_authentication_age": "600"}, "Nobody gains or loses anything"),
]


@pytest.mark.parametrize(("changed", "summary"), CHANGES, ids=str)
def test_it_counts_by_what_an_exchange_would_grant(
    carol: Client, connection: CrossAppConnection, changed: dict[str, Any], summary: str
) -> None:
    assert f"If you save these terms: {summary} " in text_of(preview(carol, connection, **changed)) + " "


def test_narrower_scopes_for_more_people_shift_both_ways(
    carol: Client, connection: CrossAppConnection, acme: Enterprise
) -> None:
    said = text_of(
        preview(
            carol,
            connection,
            groups=group(acme, "sales", "engineering"),
            scope_condition="only",
            scopes=["todos.read"],
        )
    )
    assert "1 person gains, 2 lose" in said
    assert "Bob Brandt gains: Read todos Alice Anders loses: Add, complete and delete todos" in said.replace(
        "   ", " "
    )


def test_whoever_could_not_be_acted_for_anyway_loses_nothing(
    carol: Client, connection: CrossAppConnection, acme: Enterprise, alice: Person
) -> None:
    Person.objects.filter(sub=people.DAN.sub).update(status="suspended")
    alice.groups.remove(acme.groups.get(slug="everybody"))  # and with it the apps
    assert "Nobody gains or loses anything" in text_of(preview(carol, connection, groups=[]))
    CrossAppConnection.objects.update(is_on=False)
    alice.groups.add(acme.groups.get(slug="everybody"))
    assert "Nobody gains or loses anything" in text_of(preview(carol, connection, groups=[]))


def test_many_people_are_counted_and_a_few_are_named(
    carol: Client, connection: CrossAppConnection, acme: Enterprise, django_assert_max_num_queries: Any
) -> None:
    crowd = Person.objects.bulk_create(
        Person(enterprise=acme, sub=f"00u{n}", login=f"p{n}@acme.example", name=f"Person {n:03}")
        for n in range(80)
    )
    for slug in ("everybody", "sales"):
        acme.groups.get(slug=slug).people.add(*crowd)
    with django_assert_max_num_queries(26):  # the page, and its preview
        said = text_of(preview(carol, connection, groups=[]))
    assert "82 people lose" in said
    assert "and 72 more" in said


def test_a_preview_of_nonsense_says_what_is_wrong(carol: Client, connection: CrossAppConnection) -> None:
    page = preview(carol, connection, lifetime="1")
    assert page.status_code == 400
    assert "Not saved." in text_of(page)


# Restore


def save(carol: Client, connection: CrossAppConnection, **changed: Any) -> None:
    assert save_at(carol, address_of(connection), **changed).status_code == 303


def test_undo_takes_the_newest_change_back(
    carol: Client, connection: CrossAppConnection, acme: Enterprise, world: World
) -> None:
    save(carol, connection, groups=group(acme, "it"), scope_condition="only", scopes=["todos.read"], lifetime="60")
    assert refusal(world) == "I10"
    page = carol.get(address_of(connection))
    assert (
        submit(carol, page, f"{address_of(connection)}/restore/{connection.changes.get().pk}").status_code == 303
    )
    assert world.exchange()["expires_in"] == 300
    said = text_of(carol.get(address_of(connection)))
    assert "Restored: Agent0 at Todo0 has its terms from before version 2." in said
    assert [change.version for change in connection.changes.all()] == [3, 2]


def test_an_older_version_can_be_restored_with_its_switch(
    carol: Client, connection: CrossAppConnection, world: World
) -> None:
    save(carol, connection, lifetime="60")
    submit(carol, carol.get(address_of(connection)), f"{address_of(connection)}/switch")
    save(carol, connection, lifetime="90")
    oldest = connection.changes.order_by("version")[0]
    page = carol.get(address_of(connection))
    assert "Restore what was before" in text_of(page)
    submit(carol, page, f"{address_of(connection)}/restore/{oldest.pk}")
    connection.refresh_from_db()
    assert (connection.lifetime, connection.is_on, connection.on_since is None) == (300, True, False)


def test_a_restore_overwrites_nothing_that_the_admin_has_not_seen(
    carol: Client, connection: CrossAppConnection
) -> None:
    save(carol, connection, lifetime="60")
    page, first = carol.get(address_of(connection)), connection.changes.get()
    save(carol, connection, lifetime="90")
    submit(carol, page, f"{address_of(connection)}/restore/{first.pk}")
    connection.refresh_from_db()
    assert connection.lifetime == 90
    for none in ("", "x", "-1", "9" * 5000, "²"):
        submit(carol, page, f"{address_of(connection)}/restore/{first.pk}", version=none)
    connection.refresh_from_db()
    assert connection.lifetime == 90
    assert "Not restored: somebody changed this connection since." in text_of(carol.get(address_of(connection)))


def test_a_group_that_is_gone_is_not_restored(
    carol: Client, connection: CrossAppConnection, acme: Enterprise
) -> None:
    save(carol, connection, groups=group(acme, "it"))
    acme.groups.get(slug="sales").delete()
    submit(
        carol,
        carol.get(address_of(connection)),
        f"{address_of(connection)}/restore/{connection.changes.get().pk}",
    )
    assert "Not restored. There is no group Sales any more." in text_of(carol.get(address_of(connection)))
    assert [found.slug for found in connection.groups.all()] == ["it"]


# The kill switch


def press_stop(carol: Client, to: str) -> Any:
    token = csrf_token(carol.get("/acme/admin/policy"))
    return carol.post("/acme/admin/policy/stop", {"to": to, "csrfmiddlewaretoken": token})


def test_one_button_stops_all_cross_app_access_from_the_next_exchange_on(carol: Client, world: World) -> None:
    world.exchange()
    page = carol.get("/acme/admin/policy")
    assert submit(carol, page, "/acme/admin/policy/stop").status_code == 303
    world.agent0.enterprise.refresh_from_db()
    assert refusal(world) == "I9"
    assert Event.objects.latest("pk").reason == "The administrator has stopped all cross app access."
    assert "All cross app access is stopped since" in text_of(carol.get("/acme/admin/policy"))
    assert "No app acts for you" in text_of(signed_in(people.ALICE).get("/acme/"))
    submit(carol, carol.get("/acme/admin/policy"), "/acme/admin/policy/stop")
    world.agent0.enterprise.refresh_from_db()
    assert world.exchange()["token_type"] == "N_A", "and every connection is as it was"


def test_it_stops_over_http_too(carol: Client, world: World, browser: Client) -> None:
    assert world.post(browser).status_code == 200
    press_stop(carol, "stopped")
    refused = world.post(browser)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")


def test_the_kill_switch_is_an_event_and_a_doubled_click_is_one(carol: Client) -> None:
    for to in ("stopped", "stopped", "allowed", "allowed", "nonsense"):
        press_stop(carol, to)
    rows = Event.objects.filter(event_type__startswith="policy.lifecycle").order_by("pk")
    assert list(rows.values_list("event_type", "person_name", "reason")) == [
        ("policy.lifecycle.deactivate", "Carol Castro", "All cross app access: allowed → stopped"),
        ("policy.lifecycle.activate", "Carol Castro", "All cross app access: stopped → allowed"),
    ]


def test_one_enterprises_kill_switch_is_not_anothers(carol: Client, globex: Enterprise, browser: Client) -> None:
    press_stop(carol, "stopped")
    globex.refresh_from_db()
    assert globex.cross_app_access_stopped_at is None


# APIs of a connection


def test_a_connection_for_one_api_gives_no_id_jag_for_another(
    carol: Client, connection: CrossAppConnection, world: World
) -> None:
    other = f"{TODO0_API}/other"
    target = connection.resource_app
    target.resources = [TODO0_API, other]
    target.save()
    assert world.claims(resource=other)["resource"] == other
    save(carol, connection, resource_condition="only", resources=[TODO0_API])
    assert refusal(world, resource=other) == "I11"
    assert refusal(world, resource=[TODO0_API, other]) == "I11"
    assert world.claims(resource=TODO0_API)["resource"] == TODO0_API
    answer = world.exchange(resource=None)
    assert answer["resource"] == TODO0_API, "none asked for is not all"


def test_a_connection_for_no_api_gives_nothing(
    carol: Client, connection: CrossAppConnection, world: World
) -> None:
    assert "resource" not in world.claims(resource=None)
    save(carol, connection, resource_condition="only", resources=[])
    assert refusal(world, resource=None) == "I11"
    save(carol, connection, resource_condition="any")
    assert world.exchange(resource=None)["token_type"] == "N_A"

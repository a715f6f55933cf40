"""The registered apps, one app in four tabs, and Carol's front page with a short way to every connection."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.keys import keystore
from idp_mock.policy.models import CrossAppConnection
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import read_forms, submit, text_of
from tests.idp_mock.exchange_world import World, last_event, sign_in

pytestmark = pytest.mark.django_db


def tab_of(app: App, tab: str) -> str:
    return f"/acme/admin/apps/{app.pk}/{tab}"


def test_the_list_says_which_apps_act_and_which_are_acted_at(carol: Client) -> None:
    said = text_of(carol.get("/acme/admin/apps"))
    assert "Agent0 agent0-at-acme requesting app Everybody" in said
    assert "Todo0 todo0-at-acme resource app Everybody" in said
    assert "Evil0 evil0-at-acme requesting app Interns" in said


def test_general_and_sign_on_show_the_registration_and_no_secret(carol: Client, agent0: App) -> None:
    for address in (f"/acme/admin/apps/{agent0.pk}", tab_of(agent0, "general")):
        assert "Client id here agent0-at-acme Authenticates by a secret" in text_of(carol.get(address))
    page = carol.get(tab_of(agent0, "sign-on"))
    assert "Redirect URIs http://localhost:8001/signin/callback" in text_of(page)
    assert "ID Tokens signed with ES256 PKCE required" in text_of(page)
    for tab in ("general", "sign-on", "assignments", "connections"):
        assert agent0.secret_hash not in carol.get(tab_of(agent0, tab)).content.decode()


def test_assignments_say_whose_the_app_is(carol: Client, agent0: App) -> None:
    assert "Everybody 5" in text_of(carol.get(tab_of(agent0, "assignments")))
    agent0.assigned_groups.clear()
    assert "No group is assigned to it" in text_of(carol.get(tab_of(agent0, "assignments")))


def test_connections_have_oktas_two_lists(carol: Client, agent0: App, acme: Enterprise) -> None:
    todo0 = acme.apps.get(client_id="todo0-at-acme")
    granted, _, providing = text_of(carol.get(tab_of(agent0, "connections"))).partition("Apps providing consent")
    assert "Apps granted consent Agent0 is no resource app" in granted
    assert "Agent0 at Mail0 off Sales mail.read mail.send" in providing
    assert "Agent0 at Todo0 on Sales todos.read todos.write" in providing
    granted, _, providing = text_of(carol.get(tab_of(todo0, "connections"))).partition("Apps providing consent")
    assert "Agent0 at Todo0 on Sales" in granted
    assert "Todo0 is no requesting app" in providing


def test_an_app_is_added_to_either_list_off_and_for_nobody(carol: Client, acme: Enterprise) -> None:
    todo0, evil0 = acme.apps.get(client_id="todo0-at-acme"), acme.apps.get(client_id="evil0-at-acme")
    connect = f"/acme/admin/policy/connect/{evil0.pk}/{todo0.resource_app.pk}"
    assert connect in read_forms(carol.get(tab_of(evil0, "connections"))).forms
    page = carol.get(tab_of(todo0, "connections"))
    assert submit(carol, page, connect).status_code == 303
    made = CrossAppConnection.objects.get(requesting_app=evil0)
    assert (made.is_on, made.groups.count()) == (False, 0)
    assert connect not in read_forms(carol.get(tab_of(todo0, "connections"))).forms


def test_there_is_no_other_tab_and_no_other_enterprises_app(
    carol: Client, agent0: App, globex: Enterprise
) -> None:
    assert carol.get(tab_of(agent0, "general")).status_code == 200
    assert carol.get(tab_of(agent0, "secrets")).status_code == 404
    assert carol.get(tab_of(globex.apps.all()[0], "general")).status_code == 404


def test_an_app_costs_the_same_however_many_connections_it_has(
    carol: Client, acme: Enterprise, agent0: App, django_assert_max_num_queries: Any
) -> None:
    targets = App.objects.bulk_create(App(enterprise=acme, client_id=f"r{n}", name=f"R{n}") for n in range(15))
    for target in targets:
        place = acme.resource_apps.create(app=target, issuer=f"https://{target.client_id}.example")
        made = acme.connections.create(requesting_app=agent0, resource_app=place)
        made.groups.set(acme.groups.all())
    for address in (tab_of(agent0, "connections"), "/acme/admin/", "/acme/admin/apps", "/acme/admin/policy"):
        with django_assert_max_num_queries(13):
            carol.get(address)


# The front page


def test_the_front_page_counts_people_apps_and_keys(carol: Client, acme: Enterprise) -> None:
    Person.objects.filter(sub=people.DAN.sub).update(status="suspended")
    keystore.rotate(acme, now=clock.now())
    said = text_of(carol.get("/acme/admin/"))
    assert "5 people 1 suspended" in said
    assert "4 apps" in said
    assert "2 signing keys 2 announced, 2 about to retire" in said
    acme.signing_keys.filter(status="retiring").update(retiring_at=clock.now() - timedelta(hours=1))
    assert "2 may be retired" in text_of(carol.get("/acme/admin/"))


def test_what_admins_did_is_among_the_latest(carol: Client, acme: Enterprise) -> None:
    bob = acme.people.get(sub=people.BOB.sub)
    submit(carol, carol.get(f"/acme/admin/people/{bob.pk}"), f"/acme/admin/people/{bob.pk}/status")
    assert "Bob Brandt : was suspended, by Carol Castro" in text_of(carol.get("/acme/admin/"))


def test_carol_turns_agent0_at_todo0_to_read_for_sales_in_four_clicks_and_the_next_exchange_follows(
    carol: Client, world: World, bob: Person
) -> None:
    home = carol.get("/acme/admin/")
    terms = f"/acme/admin/policy/{world.connection.pk}"
    assert f'href="{terms}"' in home.content.decode()
    page = carol.get(terms)  # 1: Agent0 at Todo0
    fields = read_forms(page).forms[terms]
    assert fields["groups"] == [str(world.acme.groups.get(slug="sales").pk)], "Sales only, already"
    assert fields["scope_condition"] == ["any"]
    changed = {"scope_condition": "only", "scopes": ["todos.read"]}  # 2: Only the scopes chosen; 3: Read todos
    assert submit(carol, page, terms, **changed).status_code == 303  # 4: Save
    assert "2 people lose." in text_of(carol.get(terms))

    assert world.exchange()["scope"] == "todos.read"
    assert "I12 scopes after policy narrowed Not granted: todos.write" in text_of(carol.get("/acme/admin/log"))
    of_bob = world.id_token(sign_in(world.agent0, bob, now=world.now))
    with pytest.raises(OAuthError) as refused:
        world.exchange(subject_token=of_bob)
    assert refused.value.check == last_event().refused_by == "I10"
    assert "The connection is not for any group this person is in." in text_of(carol.get("/acme/admin/log"))

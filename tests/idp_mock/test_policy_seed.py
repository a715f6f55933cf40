"""The policy both enterprises start with, and what the database itself refuses."""

import pytest
from django.db import IntegrityError
from django.db.models import Q

from idp_mock.directory.models import App, Enterprise
from idp_mock.directory.secrets import matches_secret
from idp_mock.policy.models import CrossAppConnection, ResourceApp
from idp_mock.policy.seed import seed_policy
from stage.kit import addresses, registrations

AT_TODO0 = Q(resource_app__app__name="Todo0")


def test_agent0_may_act_at_todo0_for_sales_and_nobody_else_for_nobody(acme: Enterprise) -> None:
    connection = acme.connections.get(AT_TODO0)
    assert str(connection) == "Agent0 at Todo0"
    assert connection.is_on
    assert [group.slug for group in connection.groups.all()] == ["sales"]
    assert (connection.client_id_at_resource_as, connection.lifetime) == ("agent0-at-todo0", 300)
    assert connection.resource_app.issuer == addresses.TODO0_URL
    assert connection.resource_app.resources == [f"{addresses.TODO0_URL}/api", f"{addresses.TODO0_MCP_URL}/mcp"]
    assert connection.resource_app.scope_names == ("todos.read", "todos.write")


def test_mail0_is_known_and_switched_off(acme: Enterprise) -> None:
    connection = acme.connections.get(resource_app__app__name="Mail0")
    assert (connection.is_on, connection.on_since) == (False, None)
    assert connection.client_id_at_resource_as == "agent0-at-mail0"
    assert connection.resource_app.issuer == "https://mail0.example"
    assert (connection.resource_app.app.redirect_uris, connection.resource_app.app.grant_types) == ([], [])


def test_globex_knows_the_same_resource_app_by_a_row_of_its_own(globex: Enterprise, acme: Enterprise) -> None:
    theirs, ours = globex.connections.get(), acme.connections.get(AT_TODO0)
    assert theirs.resource_app != ours.resource_app
    assert theirs.resource_app.issuer == ours.resource_app.issuer
    assert theirs.requesting_app.client_id == "agent0-at-globex"


def test_seeding_again_adds_nothing_and_leaves_the_admins_word_alone(acme: Enterprise) -> None:
    connection = acme.connections.get(AT_TODO0)
    connection.is_on, connection.scopes = False, ["todos.read"]
    connection.save()
    connection.groups.clear()
    secret = App.objects.get(client_id="todo0-at-globex").secret_hash
    seed_policy()
    connection.refresh_from_db()
    assert (connection.is_on, connection.scopes, connection.groups.count()) == (False, ["todos.read"], 0)
    assert (CrossAppConnection.objects.count(), ResourceApp.objects.count()) == (3, 3)
    assert App.objects.get(client_id="todo0-at-globex").secret_hash == secret


def test_todo0_is_registered_at_globex_and_nobody_authenticates_as_it_before_her_admin_makes_a_secret(
    globex: Enterprise, acme: Enterprise
) -> None:
    app, at_acme = (one.apps.get(client_id=f"todo0-at-{one.slug}") for one in (globex, acme))
    assert (app.redirect_uris, app.is_requesting_app) == (at_acme.redirect_uris, False)
    assert app.grant_types == ["authorization_code", "refresh_token"]
    known = [one.load_secret() for one in registrations.REGISTRATIONS]
    assert not any(matches_secret(secret, app.secret_hash) for secret in known)


def test_seeding_again_brings_addresses_up_to_date(acme: Enterprise) -> None:
    ResourceApp.objects.filter(app__name="Todo0").update(issuer="http://localhost:9999", resources=[])
    seed_policy()
    assert acme.resource_apps.get(app__name="Todo0").issuer == addresses.TODO0_URL


def test_one_issuer_is_one_resource_app_per_enterprise(acme: Enterprise, agent0: App) -> None:
    with pytest.raises(IntegrityError):
        ResourceApp.objects.create(enterprise=acme, app=agent0, issuer=addresses.TODO0_URL)


def test_one_pair_of_apps_has_one_connection(acme: Enterprise) -> None:
    first = acme.connections.get(AT_TODO0)
    with pytest.raises(IntegrityError):
        CrossAppConnection.objects.create(
            enterprise=acme, requesting_app=first.requesting_app, resource_app=first.resource_app
        )


@pytest.mark.spec("JAG-11")
@pytest.mark.parametrize("lifetime", [0, 29, 301, 86_400])
def test_no_id_jag_lives_longer_than_five_minutes(acme: Enterprise, lifetime: int) -> None:
    with pytest.raises(IntegrityError):
        acme.connections.update(lifetime=lifetime)


def test_a_scope_without_words_is_its_own_word(acme: Enterprise) -> None:
    todo0 = acme.resource_apps.get(app__name="Todo0")
    assert todo0.words_for("todos.read") == "Read todos"
    assert todo0.words_for("todos.admin") == "todos.admin"

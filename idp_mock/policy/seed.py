"""The policy that both enterprises start with: Agent0 may act at Todo0 for Sales, and nobody else for nobody.

Running it again brings addresses up to date, but leaves a connection that exists as its admin left it.

DEMO ONLY, like all seeds. Globex says yes to the same pair of apps, so that it issues real ID-JAGs for Todo0: those are
what shows that Todo0 refuses an issuer it does not trust, however good the signature.
"""

import secrets

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise
from idp_mock.policy.models import CrossAppConnection, ResourceApp
from stage.kit import addresses, registrations

TODO0_AT_GLOBEX = "todo0-at-globex"
TODO0_SCOPES = [
    {"scope": "todos.read", "words": "Read todos"},
    {"scope": "todos.write", "words": "Add, complete and delete todos"},
]


def seed_policy() -> None:
    acme, globex = Enterprise.objects.get(slug="acme"), Enterprise.objects.get(slug="globex")
    seed_todo0_at_globex(globex)
    for enterprise, agent0, todo0 in (
        (acme, registrations.AGENT0_AT_ACME.client_id, registrations.TODO0_AT_ACME.client_id),
        (globex, registrations.AGENT0_AT_GLOBEX.client_id, TODO0_AT_GLOBEX),
    ):
        seed_connection(enterprise.apps.get(client_id=agent0), seed_todo0(enterprise.apps.get(client_id=todo0)))


def seed_todo0_at_globex(globex: Enterprise) -> None:
    """Globex knows Todo0 as a place to act at, but nobody signs in to it from there: no redirect, no grant."""
    app, is_new = App.objects.get_or_create(
        enterprise=globex, client_id=TODO0_AT_GLOBEX, defaults={"name": "Todo0", "grant_types": []}
    )
    if is_new:
        app.set_secret(secrets.token_urlsafe(32))  # nobody knows it, so nobody authenticates with it
        app.save()
    app.assigned_groups.set(globex.groups.filter(slug="everybody"))


def seed_todo0(app: App) -> ResourceApp:
    resource_app, _ = ResourceApp.objects.update_or_create(
        app=app,
        defaults={
            "enterprise": app.enterprise,
            "issuer": addresses.TODO0_URL,
            "resources": [f"{addresses.TODO0_URL}/api"],
            "scopes": TODO0_SCOPES,
        },
    )
    return resource_app


def seed_connection(agent0: App, todo0: ResourceApp) -> None:
    connection, is_new = CrossAppConnection.objects.get_or_create(
        requesting_app=agent0,
        resource_app=todo0,
        defaults={
            "enterprise": agent0.enterprise,
            "is_on": True,
            "on_since": clock.now(),
            "scope_condition": CrossAppConnection.ScopeCondition.ANY,
            "client_id_at_resource_as": registrations.AGENT0_AT_TODO0.client_id,
            "lifetime": 300,
        },
    )
    if is_new:
        connection.groups.set(agent0.enterprise.groups.filter(slug="sales"))

"""The policy that both enterprises start with: Agent0 may act at Todo0 for Sales, and nobody else for nobody.

Running it again brings addresses up to date, but leaves what an admin has changed: a connection, and of a resource
app each of its issuer, APIs and scopes.

DEMO ONLY, like all seeds. Globex says yes to the same pair of apps, so that it issues real ID-JAGs for Todo0: they
show that Todo0 refuses an issuer it does not trust, however good the signature. Todo0 is registered at Globex, but
has no secret there before Globex's admin makes one, which is the first step of connecting the two. Mail0 is an app
of Acme's that nobody runs here. Its connection is off; switched on, it gives ID-JAGs for an audience that is not
Todo0.
"""

import secrets

from django.conf import settings

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise
from idp_mock.policy.models import CrossAppConnection, ResourceApp
from stage.kit import addresses, registrations
from xaa import protocol

TODO0_AT_GLOBEX = "todo0-at-globex"
MAIL0_AT_ACME, AGENT0_AT_MAIL0 = "mail0-at-acme", "agent0-at-mail0"
MAIL0_URL = "https://mail0.example"  # a name that RFC 2606 keeps free: nothing answers there
MAIL0_SCOPES = [{"scope": "mail.read", "words": "Read mail"}, {"scope": "mail.send", "words": "Send mail"}]
TODO0_SCOPES = [
    {"scope": "todos.read", "words": "Read todos"},
    {"scope": "todos.write", "words": "Add, complete and delete todos"},
]
TODO0_DETAILS_TYPES = [
    {
        "type": "https://todo0.example/authorization/todos",  # described in docs/authorization-details.md
        "actions": [
            {"action": "read", "scope": "todos.read", "words": "Read todos"},
            {"action": "create", "scope": "todos.write", "words": "Add todos"},
            {"action": "complete", "scope": "todos.write", "words": "Complete todos"},
            {"action": "change", "scope": "todos.write", "words": "Change todos"},
            {"action": "delete", "scope": "todos.write", "words": "Delete todos"},
        ],
        "conditions": ["identifier"],
    }
]


def seed_policy() -> None:
    acme, globex = Enterprise.objects.get(slug="acme"), Enterprise.objects.get(slug="globex")
    for enterprise, agent0, todo0 in (
        (
            acme,
            registrations.AGENT0_AT_ACME.client_id,
            acme.apps.get(client_id=registrations.TODO0_AT_ACME.client_id),
        ),
        (globex, registrations.AGENT0_AT_GLOBEX.client_id, seed_todo0_at_globex(globex)),
    ):
        seed_connection(enterprise.apps.get(client_id=agent0), seed_todo0(todo0))
    seed_mail0(acme)


def seed_place(enterprise: Enterprise, client_id: str, name: str) -> App:
    """An app known as a place to act at, but nobody signs in to it from here: no redirect, no grant."""
    app, is_new = App.objects.get_or_create(
        enterprise=enterprise, client_id=client_id, defaults={"name": name, "grant_types": []}
    )
    if is_new:
        app.set_secret(secrets.token_urlsafe(32))  # nobody knows it, so nobody authenticates with it
        app.save()
    app.assigned_groups.set(enterprise.groups.filter(slug="everybody"))
    return app


def seed_todo0_at_globex(globex: Enterprise) -> App:
    """Ready for its people to sign in to: with Todo0's addresses, and with the sign-in's grants."""
    app = seed_place(globex, TODO0_AT_GLOBEX, "Todo0")
    signin = f"{addresses.TODO0_URL}/signin"
    app.redirect_uris, app.post_logout_redirect_uris = [f"{signin}/callback"], [f"{signin}/logged-out"]
    app.backchannel_logout_uri = f"{signin}/backchannel-logout"
    app.grant_types = [protocol.GRANT_AUTHORIZATION_CODE, protocol.GRANT_REFRESH_TOKEN]
    app.save()
    return app


def seed_todo0(app: App) -> ResourceApp:
    """Both ways in: its REST API and its MCP server, which is a resource of its own behind the same server."""
    resources = (f"{addresses.TODO0_URL}/api", f"{addresses.TODO0_MCP_URL}/mcp")
    resource_app = seed_resource_app(app, issuer=addresses.TODO0_URL, resources=resources, scopes=TODO0_SCOPES)
    resource_app.details_types = TODO0_DETAILS_TYPES
    resource_app.save()
    return resource_app


def seed_mail0(acme: Enterprise) -> None:
    app = seed_place(acme, MAIL0_AT_ACME, "Mail0")
    mail0 = seed_resource_app(app, issuer=MAIL0_URL, scopes=MAIL0_SCOPES)
    agent0 = acme.apps.get(client_id=registrations.AGENT0_AT_ACME.client_id)
    seed_connection(agent0, mail0, client_id_there=AGENT0_AT_MAIL0, is_on=False)


def seed_resource_app(
    app: App, *, issuer: str, scopes: list[dict[str, str]], resources: tuple[str, ...] = ()
) -> ResourceApp:
    """``resources`` are its APIs; left out, it has the usual one."""
    terms = {"issuer": issuer, "resources": list(resources) or [f"{issuer}/api"], "scopes": scopes}
    found = ResourceApp.objects.filter(app=app).first()
    kept = {name for name in terms if found and is_changed(found, name)}
    resource_app, _ = ResourceApp.objects.update_or_create(
        app=app,
        defaults={name: value for name, value in terms.items() if name not in kept},
        create_defaults={"enterprise": app.enterprise, **terms},
    )
    return resource_app


def is_changed(resource_app: ResourceApp, name: str) -> bool:
    """By its admin, ever: what she has brought back is hers, too."""
    pairs = resource_app.changes.values_list("before", "after")
    return any(before.get(name) != after.get(name) for before, after in pairs)


def seed_connection(
    agent0: App,
    resource_app: ResourceApp,
    *,
    client_id_there: str = registrations.AGENT0_AT_TODO0.client_id,
    is_on: bool = True,
) -> None:
    connection, is_new = CrossAppConnection.objects.get_or_create(
        requesting_app=agent0,
        resource_app=resource_app,
        defaults={
            "enterprise": agent0.enterprise,
            "is_on": is_on,
            "on_since": clock.now() if is_on else None,
            "scope_condition": CrossAppConnection.ScopeCondition.ANY,
            "client_id_at_resource_as": client_id_there,
            "lifetime": 300,
            "monthly_quota": settings.IDP_ID_JAG_QUOTA or None,
        },
    )
    if is_new:
        connection.groups.set(agent0.enterprise.groups.filter(slug="sales"))

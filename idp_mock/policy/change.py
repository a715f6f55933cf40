"""A connection as something that an admin changes: its terms, its switch, and the two together.

In the flow this is the admin's side of token exchange: what is saved here counts from the next exchange on.

Deliberately does not: end tokens that the resource app has issued before. They live until they expire; that gap is
a number, and it is on the page.
"""

from typing import Any, Final

from idp_mock.console.changes import By, Kind, Terms, log_change, save
from idp_mock.directory.groups import revive_groups
from idp_mock.directory.models import App
from idp_mock.policy.models import Change, CrossAppConnection, ResourceApp
from idp_mock.systemlog.models import EVENT_CONNECTION

LABELS: Final = {
    "status": "Status",
    "groups": "Groups",
    "scope_condition": "Scope condition",
    "scopes": "Scopes chosen",
    "default_scopes": "Scopes when none is asked for",
    "resource_condition": "API condition",
    "resources": "APIs chosen",
    "withheld_actions": "Actions withheld",
    "client_id_at_resource_as": "Client id at the resource app",
    "lifetime": "ID-JAG lifetime in seconds",
    "max_authentication_age": "Oldest sign-in in seconds",
    "second_factor_scopes": "Scopes that need a second factor",
    "monthly_quota": "ID-JAGs a person and month",
    "agent_id": "AI agent",
}


def make_connection(requesting_app: App, resource_app: ResourceApp, *, by: By) -> CrossAppConnection:
    """The connection of these two apps; a new one is off, for nobody, with no scope."""
    connection, is_new = CrossAppConnection.objects.get_or_create(
        requesting_app=requesting_app,
        resource_app=resource_app,
        defaults={"enterprise": requesting_app.enterprise, "updated_at": by.at, "updated_by": by.person},
    )
    if is_new:
        log_reason(connection, "Connection: none → off, for nobody yet", by=by)
    return connection


def switch(connection: CrossAppConnection, *, on: bool, by: By) -> None:
    """Turn the connection on or off. It names the state wanted and no version: *off* must work whoever edits.

    The look at how it stands saves the second of two clicks a lock; which is the second, the lock decides.
    """
    if connection.is_on is not on:
        save_change(connection, {"is_on": on}, version=None, by=by)


def let_read_only(connection: CrossAppConnection, *, by: By) -> None:
    """On, for reading: only scopes that read, for the groups that there are. All else stays as it is."""
    reading = reading_scopes(connection)
    terms = {
        "is_on": True,
        "scope_condition": CrossAppConnection.ScopeCondition.ONLY,
        "scopes": reading,
        "default_scopes": [scope for scope in connection.default_scopes if scope in reading],
    }
    save_change(connection, terms, version=None, by=by)


def reading_scopes(connection: CrossAppConnection) -> list[str]:
    """By their names, as resource apps write them: ``todos.read``, ``mail:read``."""
    offered = [entry["scope"] for entry in connection.resource_app.scopes]
    return [scope for scope in offered if scope.endswith((".read", ":read"))]


def save_change(connection: CrossAppConnection, terms: Terms, *, version: int | None, by: By) -> None:
    """Save ``terms`` (columns, and perhaps ``groups``) over ``version``, or any; raises ``StaleVersion``."""
    save(CONNECTION, connection, terms, version=version, by=by)


def describe(connection: CrossAppConnection) -> dict[str, Any]:
    return {
        "status": "on" if connection.is_on else "off",
        "groups": sorted(connection.groups.values_list("name", flat=True)),
    } | {name: getattr(connection, name) for name in LABELS if name not in ("status", "groups")}


def write(connection: CrossAppConnection, terms: Terms, by: By) -> None:
    if terms.get("is_on", connection.is_on) is not connection.is_on:
        connection.on_since = by.at if terms["is_on"] else None
    for name in terms.keys() - {"groups"}:
        setattr(connection, name, terms[name])
    if "groups" in terms:
        connection.groups.set(terms["groups"])
    connection.updated_at, connection.updated_by = by.at, by.person


def revive(connection: CrossAppConnection, before: Terms) -> dict[str, Any]:
    """All terms, the switch among them."""
    columns = {name: value for name, value in before.items() if name != "status"}
    groups = revive_groups(connection.enterprise, before["groups"])
    return columns | {"groups": groups, "is_on": before["status"] == "on"}


def log(connection: CrossAppConnection, change: Change, by: By) -> None:
    log_reason(connection, CONNECTION.summarise(change), by=by)


def log_reason(connection: CrossAppConnection, reason: str, *, by: By) -> None:
    log_change(
        connection.enterprise,
        EVENT_CONNECTION,
        reason,
        by=by,
        requesting_client_id=connection.requesting_app.client_id,
        requesting_app_name=connection.requesting_app.name,
        audience=connection.resource_app.issuer,
        resource_app_name=connection.resource_app.app.name,
    )


CONNECTION: Final = Kind("this connection", LABELS, describe, write, log, revive=revive, keeps_every_form=True)

"""Change a connection: over the version it was read at, with a row in its history and one in the system log.

In the flow this is the admin's side of token exchange: what is saved here counts from the next exchange on. Tokens
that the resource app has issued before live until they expire; that gap is a number, and it is on the page.

Deliberately does not: merge. Of two admins who edit one version, the second is told and loses nothing she typed.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from idp_mock.console.changes import By, NotUndoable, StaleVersion, differences, summarise
from idp_mock.directory.models import App
from idp_mock.policy.models import Change, CrossAppConnection, ResourceApp
from idp_mock.systemlog.models import EVENT_CONNECTION, Event
from idp_mock.systemlog.record import record

LABELS = {
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
        record_change(connection, "Connection: none → off, for nobody yet", by=by)
    return connection


def switch(connection: CrossAppConnection, *, on: bool, by: By) -> None:
    """Turn the connection on or off. It names the state wanted and no version: *off* must work whoever edits.

    The look at how it stands saves the second of two clicks a lock; which is the second, the lock decides.
    """
    if connection.is_on is not on:
        save_change(connection, {"is_on": on, "on_since": by.at if on else None}, version=None, by=by)


def let_read_only(connection: CrossAppConnection, *, by: By) -> None:
    """On, for reading: only scopes that read, for the groups that there are. All else stays as it is."""
    reading = reading_scopes(connection)
    terms = {
        "is_on": True,
        "on_since": connection.on_since or by.at,
        "scope_condition": CrossAppConnection.ScopeCondition.ONLY,
        "scopes": reading,
        "default_scopes": [scope for scope in connection.default_scopes if scope in reading],
    }
    save_change(connection, terms, version=None, by=by)


def reading_scopes(connection: CrossAppConnection) -> list[str]:
    """By their names, as resource apps write them: ``todos.read``, ``mail:read``."""
    offered = [entry["scope"] for entry in connection.resource_app.scopes]
    return [scope for scope in offered if scope.endswith((".read", ":read"))]


@transaction.atomic
def save_change(connection: CrossAppConnection, terms: Mapping[str, Any], *, version: int | None, by: By) -> None:
    """Save ``terms`` (columns, and perhaps ``groups``) over ``version``, or any; raises ``StaleVersion``.

    Over any version, what is so already is no change: somebody pressed the same button in the same moment.
    """
    locked = CrossAppConnection.objects.select_for_update().get(pk=connection.pk)
    if version not in (None, locked.version):
        raise StaleVersion
    before = describe(locked)
    for name, value in terms.items():
        if name != "groups":
            setattr(locked, name, value)
    if version is None and "groups" not in terms and describe(locked) == before:
        return
    locked.version, locked.updated_at, locked.updated_by = locked.version + 1, by.at, by.person
    locked.save()
    if "groups" in terms:
        locked.groups.set(terms["groups"])
    change = Change.objects.create(
        connection=locked,
        at=by.at,
        by=by.person,
        by_name=by.name,
        version=locked.version,
        before=before,
        after=describe(locked),
    )
    record_change(connection, summarise(tell_change(change)), by=by)


def restore(change: Change, *, version: int, by: By) -> None:
    """Bring back all terms, the switch among them, as they were before ``change``; over ``version`` alone.

    What was added to the terms since that row was written stays as it is: the row says nothing of it.
    """
    before = dict(change.before)
    status, names = before.pop("status"), before.pop("groups")
    groups = change.connection.enterprise.groups.filter(name__in=names)
    if missing := set(names) - {group.name for group in groups}:
        raise NotUndoable(f"There is no group {', '.join(sorted(missing))} any more.")
    is_on, was_on = status == "on", change.connection.is_on
    terms = before | {"groups": groups, "is_on": is_on}
    if is_on is not was_on:
        terms["on_since"] = by.at if is_on else None
    save_change(change.connection, terms, version=version, by=by)


def record_change(connection: CrossAppConnection, what: str, *, by: By) -> None:
    record(
        Event(
            enterprise=connection.enterprise,
            at=by.at,
            event_type=EVENT_CONNECTION,
            outcome=Event.Outcome.ALLOWED,
            person_sub=by.sub,
            person_name=by.name,
            requesting_client_id=connection.requesting_app.client_id,
            requesting_app_name=connection.requesting_app.name,
            audience=connection.resource_app.issuer,
            resource_app_name=connection.resource_app.app.name,
            reason=what,
        )
    )


def describe(connection: CrossAppConnection) -> dict[str, Any]:
    """The terms of a connection as JSON, for the history."""
    return {
        "status": "on" if connection.is_on else "off",
        "groups": sorted(connection.groups.values_list("name", flat=True)),
    } | {name: getattr(connection, name) for name in LABELS if name not in ("status", "groups")}


def tell_change(change: Change) -> list[dict[str, str]]:
    return differences(LABELS, change.before, change.after)

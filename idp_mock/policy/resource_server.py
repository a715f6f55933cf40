"""Change what a resource app calls our companies and our people: over a version, with a history and a log entry.

In the flow an ID-JAG for the app repeats these words from the next exchange on: ``aud_tenant`` from its tenants,
``tenant`` beside it (``tenants``), and ``sub_id`` from its SAML entity (``saml.name_id``).

Deliberately does not: delete an entity to which people are linked. The names it knew them by would go with it, and
no undo could bring them back.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from idp_mock.console.changes import By, NotUndoable, StaleVersion, differences, summarise
from idp_mock.policy.models import ResourceApp, ResourceAppChange
from idp_mock.saml.models import NameIdFormat, ServiceProvider
from idp_mock.systemlog.models import EVENT_RESOURCE_SERVER, Event
from idp_mock.systemlog.record import record

LABELS: Final = {
    "tenants": "Audience / Tenant ID",
    "entity_id": "SAML entity",
    "acs_url": "Its assertions go to",
    "name_id_format": "What it calls people",
    "name_qualifier": "Name qualifier",
    "sp_name_qualifier": "SP name qualifier",
}
SAML: Final = tuple(name for name in LABELS if name != "tenants")
NO_ENTITY: Final = dict.fromkeys(SAML, "")


class EntityTaken(Exception):
    """Another app of the enterprise has this entity id."""


class PeopleLinked(Exception):
    """The entity cannot go: people are linked to it. The text says so to the admin."""


def save_resource_server(resource_app: ResourceApp, terms: Mapping[str, Any], *, version: int, by: By) -> None:
    """Save ``terms``, as ``describe`` has them, over ``version`` alone; nothing is written when none differs.

    Raises ``StaleVersion``, ``EntityTaken`` or ``PeopleLinked``, and then nothing is saved.
    """
    try:
        with transaction.atomic():
            _save(resource_app, terms, version=version, by=by)
    except IntegrityError as error:  # also of two who save it for two apps in one moment
        raise EntityTaken from error


def _save(resource_app: ResourceApp, terms: Mapping[str, Any], *, version: int, by: By) -> None:
    locked = ResourceApp.objects.select_for_update().get(pk=resource_app.pk)
    if version != locked.version:
        raise StaleVersion
    before = describe(locked)
    if before == {**before, **terms}:
        return
    locked.tenants = terms["tenants"]
    locked.version += 1
    locked.save(update_fields=["tenants", "version"])
    save_entity(locked, {name: terms[name] for name in SAML})
    change = ResourceAppChange.objects.create(
        resource_app=locked,
        at=by.at,
        by=by.person,
        by_name=by.name,
        version=locked.version,
        before=before,
        after=describe(locked),
    )
    record_change(change, by=by)


def save_entity(resource_app: ResourceApp, values: Mapping[str, str]) -> None:
    """The one row of the app, changed in place, so that names linked to it stay; none for an empty entity id."""
    found = ServiceProvider.objects.filter(app=resource_app.app_id)
    if values["entity_id"]:
        where = {"enterprise_id": resource_app.enterprise_id, "app": resource_app.app}
        ServiceProvider.objects.update_or_create(**where, defaults=values)
    elif count := found.filter(linked_names__isnull=False).count():
        raise PeopleLinked(
            f"Expected an entity, found none, but {count} linked to it by names that would be lost."
        )
    else:
        found.delete()


def restore(change: ResourceAppChange, *, version: int, by: By) -> None:
    """Bring back what was before ``change``, over ``version`` alone."""
    try:
        save_resource_server(change.resource_app, change.before, version=version, by=by)
    except EntityTaken as error:
        raise NotUndoable("Another app has that SAML entity by now.") from error
    except PeopleLinked as error:
        raise NotUndoable(str(error)) from error


def describe(resource_app: ResourceApp) -> dict[str, Any]:
    """As JSON, for the form and the history. Without an entity all that is SAML's is empty."""
    provider = ServiceProvider.objects.filter(app=resource_app.app_id).first()
    entity = {name: getattr(provider, name) for name in SAML} if provider else NO_ENTITY
    return {"tenants": resource_app.tenants, **entity}


def tell_change(change: ResourceAppChange) -> list[dict[str, str]]:
    return differences(LABELS, in_words(change.before), in_words(change.after))


def in_words(state: Mapping[str, Any]) -> dict[str, Any]:
    """With the format's words for its URN, and of each company which tenant is hers."""
    kind = state["name_id_format"]
    return {
        **state,
        "tenants": [f"{theirs} for {ours}" for ours, theirs in sorted(state["tenants"].items())],
        "name_id_format": NameIdFormat(kind).label if kind else "",
    }


def record_change(change: ResourceAppChange, *, by: By) -> None:
    resource_app = change.resource_app
    record(
        Event(
            enterprise_id=resource_app.enterprise_id,
            at=by.at,
            event_type=EVENT_RESOURCE_SERVER,
            outcome=Event.Outcome.ALLOWED,
            person_sub=by.sub,
            person_name=by.name,
            audience=resource_app.issuer,
            resource_app_name=resource_app.app.name,
            reason=summarise(tell_change(change)),
        )
    )

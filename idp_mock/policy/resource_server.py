"""What a resource app calls our companies and our people, as something that an admin changes.

In the flow an ID-JAG for the app repeats these words from the next exchange on: ``aud_tenant`` from its tenants,
``tenant`` beside it (``tenants``), and ``sub_id`` from its SAML entity (``saml.name_id``).

Deliberately does not: delete an entity to which people are linked. The names it knew them by would go with it, and
no undo could bring them back.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError

from idp_mock.console.changes import By, Kind, NotUndoable, Terms, log_change
from idp_mock.policy.models import ResourceApp, ResourceAppChange
from idp_mock.saml.models import NameIdFormat, ServiceProvider
from idp_mock.systemlog.models import EVENT_RESOURCE_SERVER

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


def describe(resource_app: ResourceApp) -> dict[str, Any]:
    """As the form has it, too. Without an entity all that is SAML's is empty."""
    provider = ServiceProvider.objects.filter(app=resource_app.app_id).first()
    entity = {name: getattr(provider, name) for name in SAML} if provider else NO_ENTITY
    return {"tenants": resource_app.tenants, **entity}


def write(resource_app: ResourceApp, terms: Terms, by: By) -> None:
    resource_app.tenants = terms["tenants"]
    save_entity(resource_app, {name: terms[name] for name in SAML})


def save_entity(resource_app: ResourceApp, values: Mapping[str, str]) -> None:
    """The one row of the app, changed in place, so that names linked to it stay; none for an empty entity id."""
    found = ServiceProvider.objects.filter(app=resource_app.app_id)
    if values["entity_id"]:
        where = {"enterprise_id": resource_app.enterprise_id, "app": resource_app.app}
        try:
            ServiceProvider.objects.update_or_create(**where, defaults=values)
        except IntegrityError as error:  # also of two who save it for two apps in one moment
            raise NotUndoable(f"Another app of {resource_app.enterprise} has this SAML entity.") from error
    elif count := found.filter(linked_names__isnull=False).count():
        raise NotUndoable(f"Expected an entity, found none, but {count} linked to it by names that would be lost.")
    else:
        found.delete()


def revive(resource_app: ResourceApp, before: Terms) -> Terms:
    others = ServiceProvider.objects.filter(enterprise=resource_app.enterprise_id).exclude(app=resource_app.app_id)
    if before["entity_id"] and others.filter(entity_id=before["entity_id"]).exists():
        raise NotUndoable("Another app has that SAML entity by now.")
    return before


def in_words(state: Terms) -> dict[str, Any]:
    """With the format's words for its URN, and of each company which tenant is hers."""
    kind = state["name_id_format"]
    return {
        **state,
        "tenants": [f"{theirs} for {ours}" for ours, theirs in sorted(state["tenants"].items())],
        "name_id_format": NameIdFormat(kind).label if kind else "",
    }


def log(resource_app: ResourceApp, change: ResourceAppChange, by: By) -> None:
    log_change(
        resource_app.enterprise,
        EVENT_RESOURCE_SERVER,
        RESOURCE_SERVER.summarise(change),
        by=by,
        audience=resource_app.issuer,
        resource_app_name=resource_app.app.name,
    )


RESOURCE_SERVER: Final = Kind("this app", LABELS, describe, write, log, revive=revive, in_words=in_words)

"""What a resource app is as a resource server, and what it calls us, as something that an admin changes.

In the flow an exchange reads it at checks I8 (the issuer), I11 (its APIs) and I12 (its scopes). An ID-JAG says it
from the next one on: ``aud`` is the issuer, ``aud_tenant`` is from its tenants and ``tenant`` beside it
(``tenants``), and ``sub_id`` is from its SAML entity (``saml.name_id``).

Deliberately does not: delete an entity to which people are linked. The names it knew them by would go with it, and
no undo could bring them back.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from idp_mock.console.changes import By, Kind, NotUndoable, Terms, log_change
from idp_mock.policy.change import switch
from idp_mock.policy.models import ResourceApp, ResourceAppChange
from idp_mock.saml.models import NameIdFormat, ServiceProvider
from idp_mock.systemlog.models import EVENT_RESOURCE_SERVER
from stage.kit.scopes import read_scopes, write_scopes

LABELS: Final = {
    "issuer": "Issuer URL",
    "resources": "APIs",
    "scopes": "Scopes",
    "tenants": "Audience / Tenant ID",
    "entity_id": "SAML entity",
    "acs_url": "Its assertions go to",
    "name_id_format": "What it calls people",
    "name_qualifier": "Name qualifier",
    "sp_name_qualifier": "SP name qualifier",
}
SAML: Final = ("entity_id", "acs_url", "name_id_format", "name_qualifier", "sp_name_qualifier")
NO_ENTITY: Final = dict.fromkeys(SAML, "")


def describe(resource_app: ResourceApp) -> dict[str, Any]:
    """As the form has it, too. Without an entity all that is SAML's is empty."""
    provider = ServiceProvider.objects.filter(app=resource_app.app_id).first()
    entity = {name: getattr(provider, name) for name in SAML} if provider else NO_ENTITY
    return {
        "issuer": resource_app.issuer,
        "resources": resource_app.resources,
        "scopes": write_scopes(resource_app.scopes),
        "tenants": resource_app.tenants,
        **entity,
    }


def write(resource_app: ResourceApp, terms: Terms, by: By) -> None:
    if terms.get("issuer", resource_app.issuer) != resource_app.issuer:
        move(resource_app, terms["issuer"], by=by)
    if "scopes" in terms:
        resource_app.scopes = read_scopes(terms["scopes"])
    resource_app.resources = terms.get("resources", resource_app.resources)
    resource_app.tenants = terms["tenants"]
    save_entity(resource_app, {name: terms[name] for name in SAML})


def move(resource_app: ResourceApp, issuer: str, *, by: By) -> None:
    """Another issuer is another server, which knows apps by other client ids (ID-JAG §5).

    So each connection to it is off until the admin has looked at it: else an ID-JAG would be for whichever client
    has the former name at the new server.
    """
    for connection in resource_app.connections.filter(is_on=True):
        switch(connection, on=False, by=by)
    resource_app.issuer = issuer
    try:
        with transaction.atomic():
            resource_app.save(update_fields=["issuer"])
    except IntegrityError as error:  # also of two who save it for two apps in one moment
        raise NotUndoable(
            f"Another app of {resource_app.enterprise} has this issuer URL.", field="issuer"
        ) from error


def save_entity(resource_app: ResourceApp, values: Mapping[str, str]) -> None:
    """The one row of the app, changed in place, so that names linked to it stay; none for an empty entity id."""
    found = ServiceProvider.objects.filter(app=resource_app.app_id)
    if values["entity_id"]:
        where = {"enterprise_id": resource_app.enterprise_id, "app": resource_app.app}
        try:
            ServiceProvider.objects.update_or_create(**where, defaults=values)
        except IntegrityError as error:  # also of two who save it for two apps in one moment
            raise NotUndoable(
                f"Another app of {resource_app.enterprise} has this SAML entity.", field="entity_id"
            ) from error
    elif count := found.filter(linked_names__isnull=False).count():
        raise NotUndoable(
            f"Expected an entity, found none, but {count} linked to it by names that would be lost.",
            field="entity_id",
        )
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

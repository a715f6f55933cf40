"""What an administrator may change of a client: its use of Cross App Access, its scopes, its keys.

In the flow R1 and R14 read these rows at every redemption, so what is saved counts from the next one on. A client
that is switched off loses its access tokens with it.

Deliberately does not: hold a secret in a change. That it was changed, and until when the former one works, is
told.
"""

from typing import Any, Final

from stage.kit.changes import LAB
from todo0 import at_rest
from todo0.authserver.client_secrets import find_retiring
from todo0.authserver.dot import AccessToken
from todo0.authserver.models import OrganizationRequirement
from todo0.console.changes import Kind, Terms, changes_of
from xaa.jwt_bearer.client_documents import has_document
from xaa.jwt_bearer.models import CrossAppClient

LABELS: Final = {
    "name": "Name",
    "enabled": "Cross App Access",
    "allowed_scopes": "Allowed scopes",
    "requires_organization": "Members of an organization alone",
    "organizations": "Of these organizations",
    "keys": "Public keys",
    "secret": "Secret",
    "former_secret": "Former secret works until",
}


def describe(client: CrossAppClient) -> dict[str, Any]:
    application, retiring = client.application, find_retiring(client.application)
    stored = application.client_secret
    rule = OrganizationRequirement.objects.filter(application=application).first()
    return {
        "name": application.name,
        "enabled": client.enabled,
        "allowed_scopes": client.allowed_scopes.split(),
        "requires_organization": rule is not None,
        "organizations": sorted(rule.organizations.values_list("org_id", flat=True)) if rule else [],
        "jwks": client.jwks,
        "keys": [str(key.get("kid") or "without a kid") for key in client.jwks.get("keys", [])],
        "secret": "none: its document has its keys" if has_document(application) else at_rest.mark_of(stored),
        "former_secret": f"{retiring.works_until:%Y-%m-%d %H:%M:%S} UTC" if retiring else None,
    }


def write(client: CrossAppClient, terms: Terms) -> None:
    was_enabled = client.enabled
    client.enabled = terms.get("enabled", client.enabled)
    client.allowed_scopes = " ".join(terms.get("allowed_scopes", client.allowed_scopes.split()))
    client.jwks = terms.get("jwks", client.jwks)
    client.save()
    if terms.get("name", client.application.name) != client.application.name:
        client.application.name = terms["name"]
        client.application.save(update_fields=["name", "updated"])
    if "requires_organization" in terms:
        hold_to_organizations(client, terms.get("organizations", []), holds=terms["requires_organization"])
    if was_enabled and not client.enabled:
        AccessToken.objects.filter(application=client.application, origin__isnull=False).delete()


def hold_to_organizations(client: CrossAppClient, org_ids: list[str], *, holds: bool) -> None:
    """Members alone, of these organizations or, when there are none, of any."""
    if not holds:
        OrganizationRequirement.objects.filter(application=client.application).delete()
        return
    rule, _ = OrganizationRequirement.objects.get_or_create(application=client.application)
    rule.organizations.set(rule.organizations.model.objects.filter(org_id__in=org_ids))


CLIENT: Final = Kind("client", CrossAppClient, LABELS, describe, write)


def is_taken_over(client: CrossAppClient) -> bool:
    """An administrator has changed its credentials here, so those of the environment count no more.

    What the stage's lab has changed does not count: it put it back, or it will.
    """
    pairs = changes_of(CLIENT, client.pk).exclude(by_name=LAB).values_list("before", "after")
    return any(before.get(name) != after.get(name) for before, after in pairs for name in ("secret", "jwks"))

"""Companies within companies: whose tenant of a resource app a person belongs to, and the client's name in there.

In the flow this is part of check I14: the ID-JAG has to say which customer of the resource app is meant, and under
which client id its reader will look (ID-JAG §6). Three things are registered, all in the admin's rows:

- An issuer that serves several companies says on each person which is hers (``Person.tenant``).
- A resource app with tenants has one for each of our companies (``ResourceApp.tenants``), or none for it.
- A resource app whose client ids count in one tenant only has a client id for each
  (``CrossAppConnection.client_ids_by_tenant``).

Deliberately does not: read a tenant from the request. It follows from who the person is (ID-JAG §6.1).
"""

from dataclasses import dataclass

from idp_mock.directory.models import Person
from idp_mock.policy.models import CrossAppConnection


@dataclass(frozen=True)
class Place:
    """What an ID-JAG says of tenants; empty for what it leaves out."""

    client_id: str
    tenant: str = ""
    aud_tenant: str = ""


class NoPlace(LookupError):
    """Nothing registered says where in the resource app this person or this client belongs."""


def find_place(connection: CrossAppConnection, person: Person) -> Place:
    """Raises ``NoPlace`` rather than send somebody to a tenant, or as a client, that nobody registered."""
    tenants = connection.resource_app.tenants
    # The company's own name: hers, where the issuer serves several, and else the issuer's only one.
    tenant = person.tenant or connection.resource_app.app.enterprise.slug
    if tenants and tenant not in tenants:
        raise NoPlace("The resource app has no tenant for the company that this person belongs to.")
    aud_tenant = tenants.get(tenant, "")
    client_id = connection.client_id_at_resource_as or own_url(connection)
    if connection.resource_app.client_ids_are_per_tenant:
        client_id = connection.client_ids_by_tenant.get(aud_tenant, "")
    if not client_id:
        raise NoPlace("The requesting app has no client id configured at this resource app.")
    # A resource app with tenants hears ours as well as its own (ID-JAG §6.3; protocol.md, decision 4.7).
    return Place(client_id, tenant if person.tenant or tenants else "", aud_tenant)


def own_url(connection: CrossAppConnection) -> str:
    """An app that is known by a URL has the same name everywhere, so none need be typed (ID-JAG §5).

    The connection itself is still the admin's word that it may act there.
    """
    app = connection.requesting_app
    return app.client_id if app.has_document else ""

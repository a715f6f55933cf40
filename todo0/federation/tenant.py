"""Todo0's own rules, and what an administrator may change of them.

In the flow they are read with the connection (check R5), in one statement, so they count from the next request on.

Deliberately does not: add an API. Which there are is code; which one is meant when nobody says, is a rule.
"""

from typing import Any, Final

from django.conf import settings

from todo0.console.changes import Kind, Terms
from todo0.federation.models import Tenant

LABELS: Final = {
    "default_audience": "Default audience",
    "disclose_unknown_user": "Says “User not found”",
    "url_clients": "Clients by their document",
}


def load_tenant() -> Tenant:
    return Tenant.objects.order_by("pk").first() or Tenant(default_audience=settings.JWT_BEARER_DEFAULT_RESOURCE)


def describe(tenant: Tenant) -> dict[str, Any]:
    return {"name": str(tenant)} | {name: getattr(tenant, name) for name in LABELS}


def write(tenant: Tenant, terms: Terms) -> None:
    for name in terms.keys() & set(LABELS):
        setattr(tenant, name, terms[name])
    tenant.save()


TENANT: Final = Kind("server", Tenant, LABELS, describe, write)

"""Todo0's own rules, and what an administrator may change of them.

In the flow they are read with the connection (check R5), in one statement, so they count from the next request on.

Deliberately does not: add an API, which has a page of its own (``todo0.resources``). Which one is meant when
nobody says, is a rule.
"""

from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet, Subquery

from stage.kit.changes import NotUndoable
from todo0.console.changes import Kind, Terms
from todo0.federation.models import Tenant
from todo0.resources.models import Api

LABELS: Final = {
    "default_audience": "Default audience",
    "disclose_unknown_user": "Says “User not found”",
    "url_clients": "Clients by their document",
    "scope_parameter": "Scope in the request",
    "resource_parameter": "Resource in the request",
    "id_jag_limit": "Limit of ID-JAGs",
    "client_share": "Share of it for one client, in percent",
    "answers": "Answers",
}


def load_tenant() -> Tenant:
    return Tenant.objects.order_by("pk").first() or Tenant(default_audience=settings.JWT_BEARER_DEFAULT_RESOURCE)


def with_rules(applications: QuerySet[Any]) -> QuerySet[Any]:
    """Clients, each with what ``todo0.authserver`` holds it to and how it answers, in the same statement."""
    tenant = Tenant.objects.order_by("pk")
    rules = ("id_jag_limit", "client_share", "answers")
    return applications.annotate(**{name: Subquery(tenant.values(name)[:1]) for name in rules})


def describe(tenant: Tenant) -> dict[str, Any]:
    return {"name": str(tenant)} | {name: getattr(tenant, name) for name in LABELS}


def write(tenant: Tenant, terms: Terms) -> None:
    for name in terms.keys() & set(LABELS):
        setattr(tenant, name, terms[name])
    default = tenant.default_audience
    if default and not Api.objects.filter(identifier=default, active=True).exists():
        raise NotUndoable(f"{default} is no API in use.")
    tenant.save()


TENANT: Final = Kind("server", Tenant, LABELS, describe, write)

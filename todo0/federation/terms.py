"""The terms of an enterprise connection that an administrator may change, and what a change does besides.

In the flow the next sign-in and the next ID-JAG read the row that is written here. Deactivation is more than a
row: what apps hold on this IdP's word ends with it, at once, and so do the sign-ins.

Deliberately does not: let the issuer or the client id be changed. Another issuer is another trust relationship: it
gets a connection of its own, and nobody's account moves along (ID-JAG §5; RFC 8414 §3.3). Nor does it bring back a
client secret that was: that it changed is told by a mark, and the IdP alone says which one works.
"""

from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from stage.kit.changes import LAB, NotUndoable
from todo0 import at_rest
from todo0.authserver.dot import AccessToken
from todo0.console.changes import By, Kind, Terms, change_row, changes_of
from todo0.federation.models import Connection, EmailDomain
from todo0.resources.apis import end_access_tokens_for
from todo0.resources.models import Api
from xaa.signin.sessions import end_sessions_of

LABELS: Final = {
    "name": "Name",
    "active": "Connection",
    "xaa_enabled": "Cross App Access",
    "algorithms": "Signature algorithms",
    "single_use": "Each ID-JAG once",
    "max_lifetime": "Longest ID-JAG, in seconds",
    "jit_accounts": "Accounts for newcomers",
    "link_by_email": "Link accounts by e-mail",
    "several_organizations": "Several organizations",
    "apis": "APIs",
    "domains": "E-mail domains",
    "tenant": "Tenant at the IdP",
    "aud_tenant": "Our name for it",
    "saml_issuer": "SAML issuer",
    "saml_key": "SAML name members",
    "client_secret": "Our client secret there",
}
LOCKED_OUT: Final = "Todo0's own administrators sign in by this connection, and nobody could turn it on."
ONLY_TOLD: Final = frozenset({"client_secret"})
COLUMNS: Final = tuple(name for name in LABELS if name not in {"apis", "domains"} | ONLY_TOLD)


def describe(connection: Connection) -> dict[str, Any]:
    domains = sorted(connection.email_domains.values_list("domain", flat=True))
    apis = sorted(connection.apis.values_list("identifier", flat=True))
    told = {"apis": apis, "domains": domains, "client_secret": at_rest.mark_of(connection.client_secret_sealed)}
    return {name: getattr(connection, name) for name in COLUMNS} | told


def write(connection: Connection, terms: Terms) -> None:
    was_trusted = connection.active and connection.xaa_enabled
    for name in terms.keys() & set(COLUMNS):
        setattr(connection, name, terms[name])
    if not connection.several_organizations and connection.organizations.count() > 1:
        raise NotUndoable("It has several organizations.", field="several_organizations")
    if terms.get("active") is False and connection.slug == settings.STAFF_CONNECTION:
        raise NotUndoable(LOCKED_OUT)
    connection.save()
    if "domains" in terms:
        set_domains(connection, terms["domains"])
    if "apis" in terms:
        set_apis(connection, terms["apis"])
    if was_trusted and not (connection.active and connection.xaa_enabled):
        end_access_tokens(connection.issuer)
    if not connection.active:
        # After the change is in: until then the sign-in page would still let people in.
        transaction.on_commit(lambda: end_sessions_of(connection.issuer))


def set_domains(connection: Connection, domains: list[str]) -> None:
    if taken := EmailDomain.objects.filter(domain__in=domains).exclude(connection=connection).first():
        raise NotUndoable(f"{taken.domain} leads to another connection by now.")
    connection.email_domains.exclude(domain__in=domains).delete()
    known = set(connection.email_domains.values_list("domain", flat=True))
    EmailDomain.objects.bulk_create(
        EmailDomain(domain=domain, connection=connection) for domain in sorted(set(domains) - known)
    )


def set_apis(connection: Connection, identifiers: list[str]) -> None:
    """Its people may be acted for at these alone; what apps hold for the others on this IdP's word ends."""
    closed = set(connection.apis.values_list("identifier", flat=True)) - set(identifiers)
    connection.apis.set(Api.objects.filter(identifier__in=identifiers))
    if closed:
        end_access_tokens_for(closed, origin__issuer=connection.issuer)


def end_access_tokens(issuer: str) -> None:
    """Those that stand on an ID-JAG of ``issuer``: the next call of the API answers 401 (check A5)."""
    AccessToken.objects.filter(origin__issuer=issuer).delete()


CONNECTION: Final = Kind("connection", Connection, LABELS, describe, write)


@sensitive_variables("secret")
def change_secret(pk: int, secret: str, *, version: int | None, by: By) -> None:
    """What our IdP made for us anew: the next sign-in brings it, and the former one is gone."""
    with change_row(CONNECTION, pk, version=version, by=by) as row:
        row.client_secret = secret
        row.save(update_fields=["client_secret_sealed"])


def has_secret_of_its_own(connection: Connection) -> bool:
    """It was changed here, so that of the environment counts no more."""
    pairs = changes_of(CONNECTION, connection.pk or 0).exclude(by_name=LAB).values_list("before", "after")
    return any(before and before.get("client_secret") != after.get("client_secret") for before, after in pairs)

"""Find a connection: for a sign-in by its name or a work e-mail address, for an ID-JAG by its issuer.

In the flow, ``SIGNIN_CONNECTIONS`` comes to these (``todo0.self_service.connections`` adds those that are being
set up, for a trial alone), and ``JWT_BEARER_TRUSTED_ISSUERS`` names ``find_trusted_issuer``. All read the same
rows, which is the point: an ID-JAG is verified with the keys already trusted for single sign-on (ID-JAG §4.1), and
switching a connection off ends both.

Deliberately does not: fall back. No default connection, no issuer that only looks alike, no discovery of an
issuer that is not listed (RFC 8725 §3.10).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from django.conf import settings
from django.db.models import F, Subquery

from todo0.console.administrators import load_scopes
from todo0.federation.models import Connection, EmailDomain, Tenant
from xaa.jwt_bearer.presented import TrustedIdp
from xaa.signin import connections as signin

RULES: Final = ("default_audience", "disclose_unknown_user", "resource_parameter", "scope_parameter")
"""Of the server, read with the connection. Without the tenant's row each is None, and the settings hold."""
TRIAL: Final = "trial:"
"""Before a connection's name: a sign-in that an administrator tries and that signs nobody in (``trial``)."""


@dataclass(frozen=True)
class TrustedConnection(TrustedIdp):
    """The trust list's entry, whom it may speak for and where, and what it lets an ID-JAG do for somebody new.

    Read once a redemption. ``lifetimes`` is for how many seconds an access token for each API lives.
    """

    lifetimes: Mapping[str, int] = field(default_factory=dict)
    tenant: str = ""
    aud_tenant: str = ""
    saml_issuer: str = ""
    saml_key: tuple[str, ...] = ()
    several_organizations: bool = False
    jit_accounts: bool = False
    link_by_email: bool = False


def find_connection(slug: str) -> signin.Connection:
    """The active connection named ``slug``; ``LookupError`` otherwise. For a trial it need not be active."""
    name = slug.removeprefix(TRIAL)
    _check_printable(name)
    rows = Connection.objects.filter(slug=name)
    row = rows.first() if name != slug else rows.filter(active=True).first()
    return replace(_describe(row), slug=slug)


def find_connection_for_email(email: str) -> signin.Connection:
    """The active connection that has the address's domain (home-realm discovery); ``LookupError`` otherwise."""
    return _load(email_domains__domain=signin.email_domain(email))


def find_connection_for_issuer(issuer: str) -> signin.Connection:
    """The active connection whose IdP is exactly ``issuer``, for its logout tokens; ``LookupError`` otherwise."""
    connection = _load(issuer=issuer)
    if connection.issuer != issuer:  # a database may be set to compare without case; we never do
        raise LookupError("no active connection has this issuer")
    return connection


def find_trusted_issuer(issuer: str) -> TrustedConnection:
    """The connection whose IdP is exactly ``issuer`` and whose XAA switch is on; ``LookupError`` otherwise.

    ``issuer`` comes from a token nobody has verified yet. It is compared as a value and nothing else.
    """
    _check_printable(issuer)
    tenant = Tenant.objects.order_by("pk")  # our own rules, read in the same statement
    annotated = Connection.objects.annotate(
        **{f"tenant_{name}": Subquery(tenant.values(name)[:1]) for name in RULES},
        **{f"api_{name}": F(f"apis__{name}") for name in ("identifier", "scopes", "token_lifetime", "active")},
    )
    rows = list(annotated.filter(issuer=issuer, active=True, xaa_enabled=True))  # one an API, or one without any
    row, apis = next(iter(rows), None), [row for row in rows if row.api_active]
    if row is None or row.issuer != issuer:  # a database may be set to compare without case; we never do
        raise LookupError("no active connection with Cross App Access has this issuer")
    return TrustedConnection(
        issuer=row.issuer,
        algorithms=tuple(row.algorithms.split()),
        single_use=row.single_use,
        max_lifetime=row.max_lifetime,
        default_resource=row.tenant_default_audience,
        resource_parameter=row.tenant_resource_parameter,
        scope_parameter=row.tenant_scope_parameter,
        resources=tuple(api.api_identifier for api in apis),
        resource_scopes={api.api_identifier: tuple(one["scope"] for one in api.api_scopes) for api in apis},
        lifetimes={api.api_identifier: api.api_token_lifetime for api in apis},
        # The settings may forbid it, too.
        disclose_unknown_user=False if row.tenant_disclose_unknown_user is False else None,
        tenant=row.tenant,
        aud_tenant=row.aud_tenant,
        saml_issuer=row.saml_issuer,
        saml_key=tuple(row.saml_key.split()),
        several_organizations=row.several_organizations,
        jit_accounts=row.jit_accounts,
        link_by_email=row.link_by_email,
    )


def load_domains(issuer: str) -> tuple[str, ...]:
    """The e-mail domains of the connection with exactly ``issuer``."""
    return tuple(EmailDomain.objects.filter(connection__issuer=issuer).values_list("domain", flat=True))


def _load(**by: str) -> signin.Connection:
    for value in by.values():
        _check_printable(value)
    return _describe(Connection.objects.filter(active=True, **by).first())


def _describe(row: Connection | None) -> signin.Connection:
    if row is None:
        raise LookupError("no active connection of that name or domain")
    domains = tuple(row.email_domains.values_list("domain", flat=True))
    more = load_scopes() if row.slug == settings.STAFF_CONNECTION else ()
    return signin.Connection(
        slug=row.slug,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        client_secret=row.client_secret,
        algorithms=tuple(row.algorithms.split()),
        scope=(*signin.Connection.scope, *more),
        tenant=row.tenant,
        email_domains=domains,
        authoritative_for=domains if row.link_by_email else (),
    )


def _check_printable(value: str) -> None:
    """A NUL character makes PostgreSQL's driver raise; neither a slug, a domain nor an issuer has one."""
    if not (value.isascii() and value.isprintable()):
        raise LookupError("not a printable ASCII string")

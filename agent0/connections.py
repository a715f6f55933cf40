"""The enterprises whose people may sign in here, as ``xaa.signin`` wants them described.

In the flow, the enterprise that a person signed in at is the one that is asked for her ID-JAG: each sign-in keeps
its issuer, and that finds who Agent0 is there, with which secret. The resource app is the same for all of them.

The first is named by AGENT0_IDP_* in the environment; Globex is the demo's second customer, at the same mock IdP.
An app with many customers writes these functions so that they read its database.

Deliberately does not: fall back to another enterprise. One that the settings name no more has no people here.
"""

from typing import Any

from django.conf import settings

from agent0.client_key import load_client_key
from stage.kit import registrations
from xaa.signin.connections import Connection, StaticConnections


def load_connections() -> StaticConnections:
    """All of them, the first first; as the settings say now, so that nothing outlives a change of them."""
    first = describe(
        "enterprise",
        name=settings.IDP_NAME,
        issuer=settings.IDP_ISSUER,
        client_id=settings.IDP_CLIENT_ID,
        client_secret=settings.IDP_CLIENT_SECRET,
        email_domains=settings.IDP_EMAIL_DOMAINS,
    )
    if not settings.GLOBEX_ISSUER:
        return StaticConnections([first])
    globex = describe(
        "globex",
        name="Globex",
        issuer=settings.GLOBEX_ISSUER,
        client_id=registrations.AGENT0_AT_GLOBEX.client_id,
        client_secret=settings.GLOBEX_CLIENT_SECRET,
        email_domains=("globex.example",),
    )
    return StaticConnections([first, globex])


def describe(slug: str, **enterprise: Any) -> Connection:
    """What is the same at every enterprise: what is asked for, and whether Agent0 signs."""
    key = load_client_key() if settings.SIGNS else None
    return Connection(slug=slug, client_key=key, scope=settings.SIGNIN_SCOPE, **enterprise)


def first_connection() -> Connection:
    return load_connections().connections[0]


def find_connection(slug: str) -> Connection:
    return load_connections().find_connection(slug)


def find_connection_for_email(email: str) -> Connection:
    return load_connections().find_connection_for_email(email)


def find_connection_for_issuer(issuer: str) -> Connection:
    return load_connections().find_connection_for_issuer(issuer)


def is_served(issuer: str) -> bool:
    return any(connection.issuer == issuer for connection in load_connections().connections)


def name_of(issuer: str) -> str:
    """What people call the enterprise; of one that the settings name no more, only its issuer is known."""
    try:
        return find_connection_for_issuer(issuer).name
    except LookupError:
        return issuer

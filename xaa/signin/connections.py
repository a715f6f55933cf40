"""A connection: one IdP whose people may sign in here, and who this app is at that IdP.

An app for one enterprise writes its connection into its settings (``StaticConnections``); an app with many
customers points ``SIGNIN_CONNECTIONS`` at an object of its own with the three methods of
``ConnectionProvider``.

No two connections may have one issuer. A person is (issuer, subject) here (OpenID Connect Core §5.7); two
companies behind one issuer may give one ``sub`` to two people (ID-JAG §6.3), and these would share an account. So
of such an issuer an app serves one company, which ``tenant`` names.

Deliberately does not: discover anything from an e-mail address (no WebFinger). A domain belongs to a
connection because the configuration says so, and nobody can bring an IdP of their own along.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from django.core.exceptions import ImproperlyConfigured

from xaa.jose import SigningKey

ClientAuthentication = Literal["client_secret_basic", "client_secret_post"]


@dataclass(frozen=True)
class Connection:
    """One line of the trust list. ``issuer`` is compared byte for byte, so spell it as the IdP does.

    ``slug`` names the connection in URLs and never changes meaning. ``tenant`` is which company is meant, where
    the issuer serves several; empty, it serves one. ``algorithms`` are those the IdP may sign its ID Tokens with.
    ``email_domains`` lead people here from their e-mail address (home realm), and prove nothing.
    ``authoritative_for`` are domains in which the IdP is believed about an address that it calls verified, so that
    a first sign-in takes over the account here that has it; empty, none is ever taken over. Only for an app that
    has verified its own accounts' addresses: else whoever registered somebody's address first waits inside.
    ``wants_userinfo`` asks the UserInfo endpoint for the profile, for IdPs that keep it out of the ID Token. With
    a ``client_key`` there is no secret: we sign (``private_key_jwt``, RFC 7523 §2.2), which is better, since
    nothing that travels can be used again (RFC 9700 §2.5).
    """

    slug: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    tenant: str = ""
    scope: tuple[str, ...] = ("openid", "email", "profile")
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    email_domains: tuple[str, ...] = ()
    authoritative_for: tuple[str, ...] = ()
    client_authentication: ClientAuthentication = "client_secret_basic"
    wants_userinfo: bool = False
    client_key: SigningKey | None = None

    def __post_init__(self) -> None:
        if self.client_secret and self.client_key:
            raise ValueError(f"Expected a secret or a key for {self.client_id}, not both (RFC 6749 §2.3).")


class ConnectionProvider(Protocol):
    """What ``SIGNIN_CONNECTIONS`` names. Each method raises ``LookupError`` when there is no such connection.

    ``find_connection_for_issuer`` is asked about what a token nobody has verified yet says: compare, and no more.
    """

    def find_connection(self, slug: str) -> Connection: ...

    def find_connection_for_email(self, email: str) -> Connection: ...

    def find_connection_for_issuer(self, issuer: str) -> Connection: ...


class StaticConnections:
    """Connections that stand in the settings, of which no two may be mistaken for one another."""

    def __init__(self, connections: Iterable[Connection]) -> None:
        self.connections = tuple(connections)
        _check_unique("slug", [connection.slug for connection in self.connections])
        _check_unique("issuer", [connection.issuer for connection in self.connections])
        domains = [{domain.lower() for domain in connection.email_domains} for connection in self.connections]
        _check_unique("e-mail domain", [domain for of_one in domains for domain in of_one])
        self._by_slug = {connection.slug: connection for connection in self.connections}
        self._by_issuer = {connection.issuer: connection for connection in self.connections}
        self._by_domain = {
            domain.lower(): connection for connection in self.connections for domain in connection.email_domains
        }

    def find_connection(self, slug: str) -> Connection:
        return self._by_slug[slug]

    def find_connection_for_email(self, email: str) -> Connection:
        return self._by_domain[email_domain(email)]

    def find_connection_for_issuer(self, issuer: str) -> Connection:
        return self._by_issuer[issuer]


def _check_unique(what: str, values: list[str]) -> None:
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ImproperlyConfigured(f"Expected each connection to have its own {what}, found {twice[0]!r} twice.")


def email_domain(email: str) -> str:
    """The part after the last ``@``, in lower case; ``LookupError`` when there is none."""
    name, _, domain = email.strip().rpartition("@")
    if not name or not domain:
        raise LookupError("Not an e-mail address.")
    return domain.lower()

"""Todo0's seeded state: the connections to Acme and to its own company, the clients, the people, a few todos.

Deliberately does not: make an account for Dan (he never signed in, so his ID-JAG is refused with ``User not
found``), or connect Globex (its people are strangers here until somebody adds a connection).
"""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from stage.kit import people
from stage.kit.registrations import (
    AGENT0_AT_TODO0,
    AGENT0_DOCUMENT,
    EVIL0_AT_TODO0,
    TODO0_AT_ACME,
    TODO0_AT_TODO0_INC,
    Registration,
)
from todo0.authserver.clients import is_taken_over
from todo0.authserver.dot import Application
from todo0.authserver.secrets import check_is_random
from todo0.authserver.signing_keys import load_signing_key
from todo0.console.checks import is_at_the_mock
from todo0.federation.models import Connection, EmailDomain, Organization, Tenant
from todo0.federation.organizations import join_organization
from todo0.federation.terms import end_access_tokens, has_secret_of_its_own
from todo0.resources.models import Api
from todo0.todos import changes
from todo0.todos.models import Todo
from xaa.jwt_bearer.client_documents import allow_client_url
from xaa.jwt_bearer.models import CrossAppClient
from xaa.signin.identities import resolve_user
from xaa.signin.sessions import end_sessions_of

SCOPES: Final = {"todos.read": "See your todos", "todos.write": "Add, complete, change and delete your todos"}
TODOS: Final = {
    people.ALICE: (
        "Send invoice",
        "Book a room for the Q3 review",
        "Thank Bob for the demo data",
    ),
    people.BOB: ("Review the login pull request", "Renew the staging certificate"),
}


def seed() -> None:
    load_signing_key()  # the first call makes it, so that /oauth/jwks is never empty
    offer_apis()
    Tenant.objects.get_or_create(pk=1, defaults={"default_audience": settings.JWT_BEARER_DEFAULT_RESOURCE})
    connect_acme()
    connect_staff()
    # Evil0 may use the grant as well, so that a stolen ID-JAG fails because it was made out to another
    # client, and not because the thief has no registration.
    register(AGENT0_AT_TODO0, name="Agent0")
    register(EVIL0_AT_TODO0, name="Evil0")
    for url in settings.CLIENT_URLS:
        allow(url)
    for person in people.PEOPLE:
        if person.has_todo0_account:
            welcome(person, at=timezone.now())


def offer_apis() -> None:
    """The settings say which there are on the first day; what an admin made of them stays."""
    titles = {settings.API_RESOURCE: "Todo0 API", settings.MCP_RESOURCE: "Todo0 MCP server"}
    for identifier in settings.JWT_BEARER_RESOURCES:
        fresh = {
            "title": titles[identifier],
            "scopes": [{"scope": scope, "words": words} for scope, words in SCOPES.items()],
            "token_lifetime": settings.OAUTH2_PROVIDER["ACCESS_TOKEN_EXPIRE_SECONDS"],
        }
        api, is_new = Api.objects.get_or_create(identifier=identifier, defaults=fresh)
        if is_new:  # connections from before there were rows were open to it
            api.connections.set(Connection.objects.all())


def connect_acme() -> None:
    """The environment says which IdP this is and who we are there; the switches stay as an admin left them."""
    connection = Connection.objects.filter(slug="acme").first()
    connection = connection or Connection(slug="acme", name="Acme", xaa_enabled=True)
    follow_environment(connection, settings.IDP_ISSUER, settings.IDP_CLIENT_ID, TODO0_AT_ACME)
    EmailDomain.objects.get_or_create(domain="acme.example", defaults={"connection": connection})
    if not connection.organizations.exists():
        Organization.objects.create(connection=connection, name=connection.name)


def connect_staff() -> None:
    """Todo0's own company, where its administrators sign in. No app may act for them, so the XAA switch is off.

    Where they sign in at the same issuer as Acme's people, that connection is theirs as well.
    """
    if settings.STAFF_IDP_ISSUER == settings.IDP_ISSUER:
        return
    connection = Connection.objects.filter(slug=settings.STAFF_CONNECTION).first()
    connection = connection or Connection(slug=settings.STAFF_CONNECTION, name="Todo0 Inc.")
    follow_environment(connection, settings.STAFF_IDP_ISSUER, settings.STAFF_IDP_CLIENT_ID, TODO0_AT_TODO0_INC)
    EmailDomain.objects.get_or_create(domain="todo0.example", defaults={"connection": connection})


def follow_environment(connection: Connection, issuer: str, client_id: str, registration: Registration) -> None:
    """The secret follows it, too, until an administrator has entered one for this very registration."""
    is_the_same = (connection.issuer, connection.client_id) == (issuer, client_id)
    if connection.pk and connection.issuer != issuer:  # what stood on the former one's word ends with it
        end_sessions_of(connection.issuer)
        end_access_tokens(connection.issuer)
    connection.issuer, connection.client_id = issuer, client_id
    if not (is_the_same and has_secret_of_its_own(connection)):
        connection.client_secret = registration.load_secret()
    connection.save()


def register(registration: Registration, *, name: str) -> None:
    """A confidential client with the JWT bearer grant; its secret or keys follow the environment, the secret is
    stored hashed. Who has keys has a secret that nobody knows, and that would open nothing (``CrossAppClient``).

    Once an administrator has changed secret or keys at the console, those of the environment count no more.

    The toolkit wants a grant type of its own in the row; without a redirect URI it cannot be used.
    """
    known = CrossAppClient.objects.filter(application__client_id=registration.client_id).first()
    if known and is_taken_over(known):
        return
    keys = registration.load_keys()
    secret = token_urlsafe(32) if keys else registration.load_secret()
    check_is_random(secret, client_id=registration.client_id)
    application, _ = Application.objects.update_or_create(
        client_id=registration.client_id,
        defaults={
            "name": name,
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            "client_secret": secret,
            "redirect_uris": "",
        },
    )
    scopes = " ".join(SCOPES)
    client, _ = CrossAppClient.objects.get_or_create(application=application, defaults={"allowed_scopes": scopes})
    if client.jwks != keys:
        client.jwks = keys
        client.save()


def allow(url: str) -> None:
    """A client without a registration, under a name of ours: what it calls itself is only its own word."""
    if not Application.objects.filter(client_id=url).exists():
        name = "Agent0" if url == AGENT0_DOCUMENT else urlsplit(url).netloc
        allow_client_url(url, name=name, allowed_scopes=" ".join(SCOPES))


def welcome(person: people.Person, *, at: datetime) -> None:
    """An account, made the way a first sign-in makes it, and its first todos."""
    given, _, family = person.name.partition(" ")
    profile = {"given_name": given, "family_name": family, "email": person.email, "email_verified": True}
    issuer = settings.STAFF_IDP_ISSUER if person.is_todo0_staff else settings.IDP_ISSUER
    user = resolve_user(issuer, person.sub, profile=profile)
    join_organization(user, issuer)
    # DEMO ONLY: who is an administrator, where nobody but the mock IdP could vouch for her (``administrators``).
    if person.is_todo0_staff and is_at_the_mock(issuer) and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    if Todo.objects.filter(owner=user).exists():
        return
    for age, title in enumerate(reversed(TODOS.get(person, ())), start=1):
        changes.add_todo(changes.Actor(user=user), title=title, at=at - timedelta(hours=5 * age))

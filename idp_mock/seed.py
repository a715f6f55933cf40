"""The seeded state: three companies, their people and apps, and Acme's policy. Running it again changes nothing.

DEMO ONLY, all of it: invented people with public passwords.
"""

from dataclasses import dataclass

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise, Group, Person
from idp_mock.directory.secrets import matches_secret
from idp_mock.keys.keystore import create_keys
from idp_mock.policy.seed import seed_policy
from stage.kit import addresses, people, registrations
from xaa import protocol

ENTERPRISES = {"acme": "Acme", "globex": "Globex", "todo0-inc": "Todo0 Inc."}
GROUPS = {
    "everybody": "Everybody",
    "sales": "Sales",
    "engineering": "Engineering",
    "it": "IT",
    "interns": "Interns",
}
SIGN_IN = (protocol.GRANT_AUTHORIZATION_CODE, protocol.GRANT_REFRESH_TOKEN)
SIGN_IN_AND_EXCHANGE = (*SIGN_IN, protocol.GRANT_TOKEN_EXCHANGE)


@dataclass(frozen=True)
class SeededApp:
    name: str
    registration: registrations.Registration
    redirect_uri: str
    signed_out_uri: str
    backchannel_logout_uri: str
    grant_types: tuple[str, ...]
    assigned_to: str = "everybody"


def at_kit_address(url: str) -> tuple[str, str, str]:
    """Where the sign-in that Agent0 and Todo0 share expects its answers."""
    return f"{url}/signin/callback", f"{url}/signin/logged-out", f"{url}/signin/backchannel-logout"


APPS = (
    SeededApp("Agent0", registrations.AGENT0_AT_ACME, *at_kit_address(addresses.AGENT0_URL), SIGN_IN_AND_EXCHANGE),
    SeededApp("Todo0", registrations.TODO0_AT_ACME, *at_kit_address(addresses.TODO0_URL), SIGN_IN),
    SeededApp("Todo0", registrations.TODO0_AT_TODO0_INC, *at_kit_address(addresses.TODO0_URL), SIGN_IN),
    SeededApp(
        "Evil0",
        registrations.EVIL0_AT_ACME,
        registrations.EVIL0_REDIRECT_URI,
        registrations.EVIL0_URL,
        "",
        SIGN_IN_AND_EXCHANGE,
        "interns",
    ),
    SeededApp(
        "Agent0", registrations.AGENT0_AT_GLOBEX, *at_kit_address(addresses.AGENT0_URL), SIGN_IN_AND_EXCHANGE
    ),
)


def seed() -> None:
    for slug, name in ENTERPRISES.items():
        seed_enterprise(slug, name)
    for person in people.PEOPLE:
        seed_person(person)
    for app in APPS:
        seed_app(app)
    seed_policy()


def seed_enterprise(slug: str, name: str) -> None:
    enterprise, _ = Enterprise.objects.update_or_create(slug=slug, defaults={"name": name})
    for group_slug, group_name in GROUPS.items():
        Group.objects.update_or_create(enterprise=enterprise, slug=group_slug, defaults={"name": group_name})
    if not enterprise.keyring:
        create_keys(enterprise, now=clock.now())


def seed_person(seeded: people.Person) -> None:
    """Back to the cast's description, but for status and groups, which are as her admin left them.

    The password is set only when it differs, since hashing is the slow part.
    """
    enterprise = Enterprise.objects.get(slug=seeded.enterprise)
    person = Person.objects.filter(enterprise=enterprise, sub=seeded.sub).first()
    person = person or Person(enterprise=enterprise, sub=seeded.sub)
    person.login, person.name, person.is_admin = seeded.email, seeded.name, seeded.is_admin
    if not person.password or not person.has_password(seeded.password):
        person.password = hash_public_password(seeded.password)
    is_new = person.pk is None
    person.save()
    if is_new:
        person.groups.set(Group.objects.filter(enterprise=enterprise, slug__in=("everybody", *seeded.groups)))


def hash_public_password(password: str) -> str:
    """DEMO ONLY: few rounds, because these passwords are public and a reset should not take seconds."""
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=1000)


def seed_app(seeded: SeededApp) -> None:
    enterprise = Enterprise.objects.get(slug=seeded.registration.place)
    app = App.objects.filter(enterprise=enterprise, client_id=seeded.registration.client_id).first()
    app = app or App(enterprise=enterprise, client_id=seeded.registration.client_id)
    app.name, app.grant_types = seeded.name, list(seeded.grant_types)
    app.redirect_uris, app.post_logout_redirect_uris = [seeded.redirect_uri], [seeded.signed_out_uri]
    app.backchannel_logout_uri = seeded.backchannel_logout_uri
    app.is_requesting_app = protocol.GRANT_TOKEN_EXCHANGE in seeded.grant_types
    register_credentials(app, seeded.registration)
    app.save()
    app.assigned_groups.set(enterprise.groups.filter(slug=seeded.assigned_to))


def register_credentials(app: App, registration: registrations.Registration) -> None:
    """One way to authenticate: the keys that its owner signs with, or the secret that both ends have."""
    if keys := registration.load_keys():
        app.set_keys(keys)
        return
    secret = registration.load_secret()
    if not app.secret_hash or not matches_secret(secret, app.secret_hash):
        app.set_secret(secret)

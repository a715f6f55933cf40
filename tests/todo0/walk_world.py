"""Todo0 with two customers, a third that is setting itself up, and its own staff; and everybody who goes there.

Each person's name and each person's todos have words of their own: Todo0's staff sees who its customers' people
are, and never what they have to do.
"""

from collections.abc import Iterator
from typing import Any

import responses
from django.contrib.auth.models import User
from django.test import Client

from stage.kit import people
from tests import builders
from tests.todo0.conftest import ACME, API, TODO0, TODO0_INC, basic_auth, call_api, come_by, post_form, secret_of
from tests.todo0.setup_side import FarSide, begin, enter_idp, enter_registration, invite
from tests.walk.walker import JSON, Visitor
from todo0.console.changes import By, save_change
from todo0.federation.models import Connection, EmailDomain, Organization
from todo0.federation.organizations import ORGANIZATION, join_organization
from todo0.federation.terms import CONNECTION
from todo0.todos import changes
from xaa import protocol
from xaa.signin.identities import resolve_user

GLOBEX = "http://localhost:8003/globex"
ISSUERS = {"acme": ACME, "globex": GLOBEX, "todo0-inc": TODO0_INC}
MARKS = {"acme": "zqvanvilzq", "globex": "zqvgadgetzq", "todo0-inc": "zqvlistzq", "initech": "zqvreportzq"}
KEYS = {"acme": builders.IDP_KEY, "globex": builders.OTHER_KEY}
OWN_TABLES = frozenset(
    {"todos_todo", "todos_todochange", "oauth2_provider_accesstoken", "authserver_accesstokenorigin"}
)
"""What a person may change of her own: her todos with their history, and the end of an app's access."""


def owner_of(person: people.Person) -> str:
    return f"{person.enterprise}/{person.name.split()[0].lower()}"


def key_of(person: people.Person) -> str:
    return f"{MARKS[person.enterprise]}{person.name.split()[0].lower()}"


def publish_idps(wire: responses.RequestsMock) -> None:
    for slug, key in KEYS.items():
        issuer = ISSUERS[slug]
        wire.get(
            f"http://localhost:8003/.well-known/oauth-authorization-server/{slug}",
            json={"issuer": issuer, "jwks_uri": f"{issuer}/jwks"},
        )
        wire.get(f"{issuer}/jwks", json=builders.jwks(key))
    for issuer in ISSUERS.values():
        endpoints = {"authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token"}
        document = {"issuer": issuer, "jwks_uri": f"{issuer}/jwks", **endpoints}
        wire.get(f"{issuer}/.well-known/openid-configuration", json=document)


def connect_everybody(now: Any) -> tuple[dict[str, tuple[str, ...]], dict[str, User]]:
    """Two customers and the staff, each row with a word in it. The words, and the accounts by person."""
    connect_globex()
    words: dict[str, tuple[str, ...]] = {"initech": (MARKS["initech"],)}
    for slug, issuer in ISSUERS.items():
        connection = Connection.objects.get(slug=slug)
        EmailDomain.objects.create(domain=f"{MARKS[slug]}.example", connection=connection)
        words[slug] = (MARKS[slug],)
        if slug != "todo0-inc":  # where the console's sign-in is may be known to everybody
            connection.name = f"{connection.name} {MARKS[slug]}"
            connection.save()
            words[slug] += (issuer,)
    for organization in Organization.objects.select_related("connection"):
        slug = organization.connection.slug
        organization.name = f"Members {MARKS[slug]}"
        organization.save()
        words[slug] += (organization.org_id,)
    users = {person.key: sign_up(person, words, now) for person in people.PEOPLE}
    by = By(now, users["tove"])
    for slug in ISSUERS:
        connection = Connection.objects.get(slug=slug)
        save_change(CONNECTION, connection.pk, {"max_lifetime": 500}, version=None, by=by)
        if slug != "todo0-inc":
            terms = {"joins_on_sign_in": False}
            save_change(ORGANIZATION, connection.organizations.get().pk, terms, version=None, by=by)
    return words, users


def connect_globex() -> None:
    globex = Connection(slug="globex", name="Globex", issuer=GLOBEX, client_id="todo0-at-globex", xaa_enabled=True)
    globex.client_secret = "what-globex-gave-todo0-0123456789abcdef"
    globex.save()
    Organization.objects.create(connection=globex, name="Globex")
    for api in Connection.objects.get(slug="acme").apis.all():
        api.connections.add(globex)


def sign_up(person: people.Person, words: dict[str, tuple[str, ...]], now: Any) -> User:
    """An account as her sign-in makes it, with a todo of hers. Two of them have the same subject."""
    key = key_of(person)
    words[owner_of(person)], words[f"{owner_of(person)}'s todos"] = (f"{key}who",), (f"{key}what",)
    profile = {"given_name": person.name.split()[0], "family_name": f"{key}who", "email": f"{key}who@x.example"}
    user = resolve_user(ISSUERS[person.enterprise], person.sub, profile=profile | {"email_verified": True})
    user.is_staff = person.is_todo0_staff
    user.save()
    join_organization(user, ISSUERS[person.enterprise])
    changes.add_todo(changes.Actor(user=user), title=f"Do {key}what", at=now)
    return user


def browsers(users: dict[str, User], far_side: FarSide) -> Iterator[Visitor]:
    """Nobody, the cast, and whoever sets Initech up."""
    yield Visitor("nobody", Client())
    everything = frozenset(f"{slug}{rest}" for slug in MARKS for rest in ("", *everybody_of(slug)))
    for person in people.PEOPLE:
        browser = Client()
        browser.force_login(users[person.key])
        come_by(browser, person.enterprise)
        own = frozenset({person.enterprise, owner_of(person), f"{owner_of(person)}'s todos"})
        is_tove = person.is_todo0_staff
        yield Visitor(
            person.key,
            browser,
            owner=owner_of(person),
            reads=own | everything if is_tove else own,
            own_tables=OWN_TABLES,
            rules_all=is_tove,
            is_guide=person.key in ("alice", "alice-globex", "tove"),
        )
        if is_tove:
            yield set_up_initech(browser, far_side)


def everybody_of(slug: str) -> list[str]:
    return [f"/{person.name.split()[0].lower()}" for person in people.PEOPLE if person.enterprise == slug]


def set_up_initech(tove: Client, far_side: FarSide) -> Visitor:
    """Whoever used the link that Tove made, and is half through."""
    name, domain = f"Initech {MARKS['initech']}", f"{MARKS['initech']}.example"
    browser = begin(invite(tove, name=name, slug="initech", domains=domain))
    enter_idp(browser)
    enter_registration(browser, client_id=f"todo0-{MARKS['initech']}")
    browser.handler.enforce_csrf_checks = False
    return Visitor(
        "initech's admin", browser, "initech", frozenset({"initech"}), frozenset({"initech"}), is_guide=True
    )


def programs() -> tuple[list[Visitor], list[dict[str, str]]]:
    """Agent0 with an access token for each Alice, both clients with their secrets, and what they try."""
    visitors, tried = [], []
    for person in (people.ALICE, people.GLOBEX_ALICE):
        own = frozenset({person.enterprise, owner_of(person), f"{owner_of(person)}'s todos"})
        token = redeem(person).json()["access_token"]
        added = call_api(
            "POST", "/todos", {"title": f"Added {key_of(person)}what"}, Authorization=f"Bearer {token}"
        )
        assert added.status_code == 201, added.content
        client = Client(headers={"Authorization": f"Bearer {token}"})
        visitors.append(
            Visitor(
                f"Agent0 for {person.key}",
                client,
                owner_of(person),
                own,
                own_tables=OWN_TABLES | {"api_answeredrequest"},
                content_type=JSON,
                is_program=True,
                is_guide=True,
            )
        )
        tried += [
            {"token": token},
            {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": build_id_jag(person)},
            {"title": f"Mine {key_of(person)}what"},
        ]
    for client_id, customers in (("agent0-at-todo0", ("acme", "globex")), ("evil0-at-todo0", ())):
        reads = frozenset(f"{slug}{rest}" for slug in customers for rest in ("", "/alice"))
        headers = {"Authorization": basic_auth(client_id)}
        visitors.append(
            Visitor(client_id, Client(headers=headers), client_id, reads, frozenset(customers), is_program=True)
        )
    return visitors, tried


def build_id_jag(person: people.Person, resource: str = API) -> str:
    issuer, key = ISSUERS[person.enterprise], KEYS[person.enterprise]
    return builders.build_id_jag(key=key, iss=issuer, sub=person.sub, aud=TODO0, resource=resource)


def redeem(person: people.Person, resource: str = API) -> Any:
    form = {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": build_id_jag(person, resource)}
    credentials = {"client_id": "agent0-at-todo0", "client_secret": secret_of("agent0-at-todo0")}
    answer = post_form("/oauth/token", form | credentials)
    assert answer.status_code == 200, answer.content
    return answer

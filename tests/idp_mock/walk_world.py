"""Three enterprises at one IdP, everything in them with a word of their own; and everybody who goes there."""

from collections.abc import Iterator
from datetime import datetime

from django.test import Client

from idp_mock.console.changes import By, save
from idp_mock.directory.models import App, Enterprise, Group, Person
from idp_mock.directory.person_change import save_person
from idp_mock.policy.change import save_change
from idp_mock.policy.resource_server import NO_ENTITY, RESOURCE_SERVER
from idp_mock.saml.models import LinkedName, ServiceProvider
from idp_mock.website.change import FILE, load_file
from stage.kit import people
from tests.idp_mock.admin_side import signed_in
from tests.idp_mock.app_side import AGENT0, AGENT0_AT_GLOBEX, EVIL0, RegisteredApp, ask_token, sign_in_for_tokens
from tests.walk.walker import Visitor
from xaa import protocol

MARKS = {"acme": "zqvanvilzq", "globex": "zqvgadgetzq", "todo0-inc": "zqvlistzq"}
Words = dict[str, tuple[str, ...]]


def owner_of(person: people.Person) -> str:
    return f"{person.enterprise}/{person.name.split()[0].lower()}"


def mark_everything() -> Words:
    """A word that nobody else has, in whatever an enterprise's rows call somebody or something."""
    words: Words = {}
    for enterprise in Enterprise.objects.all():
        mark = MARKS[enterprise.slug]
        words[enterprise.slug] = (mark, f"-at-{enterprise.slug}")
        for row in (*Group.objects.filter(enterprise=enterprise), *App.objects.filter(enterprise=enterprise)):
            row.name = f"{row.name} {mark}"
            row.save()
    for seeded in people.PEOPLE:
        person = Person.objects.get(enterprise__slug=seeded.enterprise, sub=seeded.sub)
        key = f"{MARKS[seeded.enterprise]}{seeded.name.split()[0].lower()}"
        person.name, person.login = f"{seeded.name} {key}", f"{key}@{seeded.enterprise}.example"
        person.save()
        words[owner_of(seeded)] = (key,)
    return words


def make_history(now: datetime) -> None:
    """In each enterprise: a person, connections and resource apps that were changed, and a SAML app."""
    for enterprise in Enterprise.objects.all():
        mark = MARKS[enterprise.slug]
        admin, latest = enterprise.people.get(is_admin=True), enterprise.people.order_by("-pk")[0]
        save_person(latest, {"groups": list(enterprise.groups.all()[:3])}, at=now, by=admin)
        for connection in enterprise.connections.all():
            save_change(connection, {"lifetime": 120}, version=None, by=By(admin, now))
        for target in enterprise.resource_apps.all():
            terms = {"tenants": {enterprise.slug: mark}, **NO_ENTITY}
            save(RESOURCE_SERVER, target, terms, version=target.version, by=By(admin, now))
        for version, text in enumerate((mark, ""), start=1):  # what it says now everybody may read
            save(FILE, load_file(enterprise), {"text": text}, version=version, by=By(admin, now))
        app = enterprise.apps.order_by("pk")[0]
        provider = ServiceProvider.objects.create(
            enterprise=enterprise,
            app=app,
            entity_id=f"https://{mark}.example",
            acs_url=f"https://{mark}.example/acs",
        )
        LinkedName.objects.create(service_provider=provider, person=latest, name_id=mark)


def browsers(own_tables: frozenset[str]) -> Iterator[Visitor]:
    """Nobody, and the cast. Who is no admin reads of her own enterprise, and changes next to nothing."""
    yield Visitor("nobody", Client())
    for person in people.PEOPLE:
        browser = Client()
        browser.cookies.update(signed_in(person).cookies)
        here = person.enterprise
        yield Visitor(
            person.key,
            browser,
            owner=owner_of(person),
            reads=frozenset({here, f"{here}/*"}),
            writes=frozenset({here}) if person.is_admin else frozenset(),
            own_tables=own_tables,
            is_guide=person.is_admin,
        )


def programs() -> tuple[list[Visitor], list[dict[str, str]]]:
    """The apps with their credentials, an app with a person's access token, and everybody's tokens to try out."""
    visitors, tokens = [], []
    for app, person in ((AGENT0, people.ALICE), (AGENT0_AT_GLOBEX, people.GLOBEX_ALICE), (EVIL0, people.EVE)):
        here = app.registration.place
        got = sign_in_for_tokens(Client(), app, person, scope="openid email profile offline_access")
        id_jag = exchange(app, got["id_token"])
        reads, writes = frozenset({here, f"{here}/*"}), frozenset({here})
        for name, authorization in (("credentials", app.basic), ("token", f"Bearer {got['access_token']}")):
            client = Client(headers={"Authorization": authorization})
            visitors.append(
                Visitor(f"{app.client_id} by {name}", client, owner_of(person), reads, writes, is_program=True)
            )
        refresh = {"grant_type": protocol.GRANT_REFRESH_TOKEN, "refresh_token": got["refresh_token"]}
        tokens += [refresh | {"token": got["refresh_token"]}, exchange_form(got["id_token"]) | {"token": id_jag}]
    return visitors, tokens[:4]  # of the two enterprises; Evil0 is only to try them


def exchange_form(id_token: str) -> dict[str, str]:
    return {
        "grant_type": protocol.GRANT_TOKEN_EXCHANGE,
        "requested_token_type": protocol.TOKEN_TYPE_ID_JAG,
        "audience": "http://localhost:8002",
        "subject_token": id_token,
        "subject_token_type": protocol.TOKEN_TYPE_ID_TOKEN,
    }


def exchange(app: RegisteredApp, id_token: str) -> str:
    """An ID-JAG; none for Evil0, which nobody connected to anything."""
    return str(ask_token(Client(), app, **exchange_form(id_token)).json().get("access_token", ""))

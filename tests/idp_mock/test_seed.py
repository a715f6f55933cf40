"""The seeded state, and that seeding again changes nothing."""

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict

from idp_mock.directory.models import App, Enterprise, Group, Person
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.seed import seed
from stage.kit import people
from tests.idp_mock.app_side import AGENT0, EVIL0, TODO0
from xaa import protocol

pytestmark = pytest.mark.django_db


def picture() -> list[list[dict[str, object]]]:
    models = (Enterprise, Group, Person, App, SigningKeyRecord)
    return [[model_to_dict(row) for row in model.objects.order_by("pk")] for model in models]


def test_seeding_again_changes_nothing() -> None:
    before = picture()
    seed()
    assert picture() == before


def test_seeding_again_mends_what_was_changed() -> None:
    Person.objects.filter(login=people.ALICE.email).update(name="?")
    App.objects.filter(client_id=AGENT0.client_id).update(redirect_uris=["https://evil.example/"])
    seed()
    assert Person.objects.get(login=people.ALICE.email).name == people.ALICE.name
    assert App.objects.get(client_id=AGENT0.client_id).redirect_uris == [AGENT0.redirect_uri]


def test_seeding_again_leaves_people_as_their_admin_left_them(alice: Person) -> None:
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    alice.groups.clear()
    seed()
    alice.refresh_from_db()
    assert (alice.is_active, alice.groups.count()) == (False, 0)


def test_everybody_of_the_cast_is_there_with_her_password() -> None:
    for seeded in people.PEOPLE:
        person = Person.objects.get(enterprise__slug=seeded.enterprise, sub=seeded.sub)
        assert (person.name, person.login, person.is_admin) == (seeded.name, seeded.email, seeded.is_admin)
        assert person.has_password(seeded.password)
        assert {group.slug for group in person.groups.all()} == {"everybody", *seeded.groups}


def test_a_subject_and_a_login_are_unique_within_an_enterprise_only() -> None:
    assert Person.objects.filter(sub=people.ALICE.sub).count() == 2  # Acme's Alice and Globex's


def test_acmes_people_may_sign_in_to_agent0_and_todo0(acme: Enterprise) -> None:
    for client_id in (AGENT0.client_id, TODO0.client_id):
        app = App.objects.get(enterprise=acme, client_id=client_id)
        assert all(app.is_assigned(person) for person in acme.people.all())
    evil0 = App.objects.get(enterprise=acme, client_id=EVIL0.client_id)
    assert [person.name for person in acme.people.all() if evil0.is_assigned(person)] == [people.EVE.name]


def test_an_app_of_one_enterprise_is_nobodys_at_another(acme: Enterprise, globex: Enterprise) -> None:
    app = App.objects.get(enterprise=acme, client_id=AGENT0.client_id)
    assert not app.is_assigned(globex.people.get())


def test_an_app_without_groups_is_nobodys(agent0: App, alice: Person) -> None:
    agent0.assigned_groups.clear()
    assert not agent0.is_assigned(alice)


def test_only_requesting_apps_may_exchange_tokens() -> None:
    may = {app.client_id for app in App.objects.all() if app.may_use(protocol.GRANT_TOKEN_EXCHANGE)}
    assert may == {"agent0-at-acme", "evil0-at-acme", "agent0-at-globex"}
    assert may == {app.client_id for app in App.objects.filter(is_requesting_app=True)}


@pytest.mark.spec("SEC-17")
def test_no_secret_and_no_password_is_stored() -> None:
    rows = str(list(App.objects.values())) + str(list(Person.objects.values()))
    for secret in (AGENT0.secret, TODO0.secret, EVIL0.secret, *(person.password for person in people.PEOPLE)):
        assert secret not in rows


def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)

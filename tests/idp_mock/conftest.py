"""Every test starts from the seeded state: two enterprises, the cast, their apps and policy."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.test.utils import override_settings
from pytest_django.plugin import DjangoDbBlocker

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.seed import seed
from stage.kit import people
from tests.faults_side import arm
from tests.idp_mock.admin_side import signed_in
from tests.idp_mock.exchange_world import World, make_world

__all__ = ["arm"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Seed once for the whole session: each test runs in a transaction that is rolled back."""
    with django_db_blocker.unblock():
        seed()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """MD5 for what tests hash; PBKDF2 still reads what the seed wrote."""
    hashers = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
    with override_settings(PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture
def acme(db: None) -> Enterprise:
    return Enterprise.objects.get(slug="acme")


@pytest.fixture
def globex(db: None) -> Enterprise:
    return Enterprise.objects.get(slug="globex")


@pytest.fixture
def agent0(acme: Enterprise) -> App:
    return App.objects.select_related("enterprise").get(enterprise=acme, client_id="agent0-at-acme")


@pytest.fixture
def browser() -> Client:
    """A browser with its own cookies, against which CSRF protection is on."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def carol(db: None) -> Client:
    """Hers, signed in: she is an admin of Acme."""
    return signed_in(people.CAROL)


@pytest.fixture
def alice(acme: Enterprise) -> Person:
    return Person.objects.get(enterprise=acme, sub=people.ALICE.sub)


@pytest.fixture
def bob(acme: Enterprise) -> Person:
    return Person.objects.get(enterprise=acme, sub=people.BOB.sub)


@pytest.fixture
def world(agent0: App, alice: Person) -> World:
    """A token exchange that works, ready to be altered."""
    return make_world(agent0, alice)

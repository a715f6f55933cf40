"""Every test starts from the seeded state: two enterprises, the cast, their apps and policy."""

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.keys import keystore
from idp_mock.seed import seed
from stage.kit import people


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Seed once for the whole session: each test runs in a transaction that is rolled back."""
    with django_db_blocker.unblock():
        seed()


@pytest.fixture(autouse=True)
def _fresh_keyrings() -> None:
    """A rolled back test may have kept keys under a name that the next one draws again."""
    keystore._load_keyring.cache_clear()


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
def alice(acme: Enterprise) -> Person:
    return Person.objects.get(enterprise=acme, sub=people.ALICE.sub)

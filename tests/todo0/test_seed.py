"""The seeded state, and that seeding again changes nothing."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from oauth2_provider.models import Application

from stage.kit import people
from tests.todo0.conftest import ACME, TODO0_INC, user_of
from todo0.authserver.models import AsSigningKey
from todo0.authserver.secrets import RandomSecretHasher
from todo0.federation.models import Connection
from todo0.seed import seed
from todo0.todos.models import Todo
from xaa.jwt_bearer.models import CrossAppClient
from xaa.signin.models import FederatedIdentity


def count_rows() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_models() if model._meta.managed}


def test_it_changes_nothing_when_run_again(seeded: None) -> None:
    before = count_rows()
    call_command("seed")
    assert count_rows() == before


def test_it_makes_accounts_for_alice_and_bob_and_one_administrator(seeded: None) -> None:
    assert FederatedIdentity.objects.count() == User.objects.count() == 3
    assert [Todo.objects.filter(owner=user_of(person)).count() for person in (people.ALICE, people.BOB)] == [3, 2]
    alice = user_of(people.ALICE)
    assert people.ALICE.email not in alice.username
    assert not alice.has_usable_password()
    assert not FederatedIdentity.objects.filter(subject=people.DAN.sub).exists()


def test_it_connects_acme_and_not_globex(seeded: None) -> None:
    found = Connection.objects.order_by("pk").values_list("issuer", "xaa_enabled", "active")
    assert list(found) == [(ACME, True, True), (TODO0_INC, False, True)]


def test_its_one_administrator_comes_from_its_own_company(seeded: None) -> None:
    tove = FederatedIdentity.objects.get(issuer=TODO0_INC, subject=people.TOVE.sub).user
    assert list(User.objects.filter(is_staff=True)) == [tove]
    assert not tove.is_superuser
    assert not tove.has_usable_password()


def test_another_idp_in_the_environment_replaces_it_and_keeps_the_switches(seeded: None, settings: Any) -> None:
    Connection.objects.update(xaa_enabled=False)
    assert Connection.objects.get(slug="acme").issuer == ACME
    settings.IDP_ISSUER, settings.IDP_CLIENT_ID = "https://example.okta.example", "0oa1"
    seed()
    connection = Connection.objects.get(slug="acme")
    assert (connection.issuer, connection.client_id) == ("https://example.okta.example", "0oa1")
    assert not connection.xaa_enabled


@pytest.mark.spec("SEC-17")
def test_it_registers_both_apps_with_hashed_secrets_and_no_redirect(seeded: None) -> None:
    for name in ("Agent0", "Evil0"):
        application = Application.objects.get(name=name)
        assert application.client_type == "confidential"
        assert application.redirect_uris == ""
        assert application.client_secret.startswith(f"{RandomSecretHasher.algorithm}$")
        assert CrossAppClient.objects.get(application=application).allowed_scopes == "todos.read todos.write"


def test_a_new_secret_in_the_environment_replaces_the_old_one(seeded: None, monkeypatch: Any) -> None:
    old = Application.objects.get(name="Agent0").client_secret
    monkeypatch.setenv("AGENT0_RESOURCE_CLIENT_SECRET", "n" * 43)
    seed()
    new = Application.objects.get(name="Agent0").client_secret
    assert new != old
    assert RandomSecretHasher().verify("n" * 43, new)
    assert not RandomSecretHasher().verify("n" * 42, new)


def test_it_refuses_a_secret_too_short_for_a_fast_hash(seeded: None, monkeypatch: Any) -> None:
    monkeypatch.setenv("AGENT0_RESOURCE_CLIENT_SECRET", "hunter2")
    with pytest.raises(ImproperlyConfigured, match="agent0-at-todo0") as refused:
        seed()
    assert "hunter2" not in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_a_reset_keeps_the_published_keys(seeded: None) -> None:
    kid = AsSigningKey.objects.get().kid
    Todo.objects.all().delete()
    call_command("reset_state")
    assert AsSigningKey.objects.get().kid == kid
    assert Todo.objects.count() == 5

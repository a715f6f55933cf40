"""Connections: one row for sign-in and for ID-JAGs, found exactly or not at all."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.todo0.conftest import ACME
from todo0 import at_rest
from todo0.federation.connections import find_connection, find_connection_for_email, find_trusted_issuer
from todo0.federation.models import Connection, EmailDomain

STRANGE = ["", "acm", "ACME", "acme ", "a\x00b", "\ud800", "ä"]


@pytest.mark.spec("SR-01")
def test_sign_in_and_id_jags_read_the_same_row(seeded: None) -> None:
    connection, trusted = find_connection("acme"), find_trusted_issuer(ACME)
    assert connection.issuer == trusted.issuer == ACME
    assert connection.algorithms == trusted.algorithms == ("ES256", "RS256")
    assert connection.client_id == "todo0-at-acme"
    assert connection.client_secret.startswith("test-only-todo0-idp")
    assert connection.email_domains == ("acme.example",)


@pytest.mark.parametrize("email", ["alice@acme.example", "ALICE@ACME.EXAMPLE", "a@b@acme.example"])
def test_it_finds_the_connection_of_an_email_address(seeded: None, email: str) -> None:
    assert find_connection_for_email(email).slug == "acme"


@pytest.mark.parametrize(
    "email", ["", "alice", "@acme.example", "alice@", "alice@evil-acme.example", "a@acme.example\x00"]
)
def test_it_finds_none_for_any_other_address(seeded: None, email: str) -> None:
    with pytest.raises(LookupError):
        find_connection_for_email(email)


@pytest.mark.spec("SEC-12", "RD-07")
@pytest.mark.parametrize("name", [*STRANGE, f"{ACME}/", f"{ACME}?", ACME.upper(), ACME[:-1]])
def test_it_finds_nothing_that_only_looks_alike(seeded: None, name: str) -> None:
    for find in (find_connection, find_trusted_issuer):
        with pytest.raises(LookupError):
            find(name)


@pytest.mark.parametrize(("switch", "signs_in"), [("active", False), ("xaa_enabled", True)])
def test_each_switch_ends_what_it_says(seeded: None, switch: str, signs_in: bool) -> None:
    Connection.objects.update(**{switch: False})
    with pytest.raises(LookupError):
        find_trusted_issuer(ACME)
    if signs_in:
        assert find_connection("acme").slug == "acme"
    else:
        with pytest.raises(LookupError):
            find_connection("acme")


def test_an_issuer_and_a_domain_belong_to_one_connection(seeded: None) -> None:
    other = Connection(slug="other", name="Other", issuer=ACME, client_id="x", client_secret_sealed="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    other.issuer = "https://other.example"
    other.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailDomain.objects.create(domain="acme.example", connection=other)


@pytest.mark.spec("SEC-02")
@pytest.mark.parametrize("algorithms", ["HS256", "none", "ES256 HS256", ""])
def test_it_refuses_a_symmetric_algorithm(seeded: None, algorithms: str) -> None:
    connection = Connection.objects.get(slug="acme")
    connection.algorithms = algorithms
    with pytest.raises(ValidationError, match="algorithms"):
        connection.full_clean()


@pytest.mark.spec("SEC-30")
def test_its_secret_is_sealed_for_one_purpose_and_one_key(seeded: None, settings: object) -> None:
    sealed = Connection.objects.get(slug="acme").client_secret_sealed
    assert "test-only" not in sealed
    with pytest.raises(at_rest.SealBroken):
        at_rest.unseal(sealed, purpose=at_rest.ACCESS_TOKEN_SIGNING_KEY)
    settings.SECRET_KEY = "another"
    with pytest.raises(at_rest.SealBroken, match="TODO0_SECRET_KEY"):
        _ = Connection.objects.get(slug="acme").client_secret

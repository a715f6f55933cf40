"""``sub_id``: an ID-JAG for an app that signs people in by SAML also says her name there (ID-JAG §3.2)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from idp_mock.directory.models import Enterprise, Person
from idp_mock.saml.models import LinkedName, NameIdFormat, ServiceProvider
from idp_mock.saml.name_id import name_at
from stage.kit import people
from tests.idp_mock.exchange_world import World

pytestmark = pytest.mark.django_db
ENTITY_ID = "https://todo0.example/saml"
SAML_ISSUER = "http://localhost:8003/acme/saml/metadata"


def register(world: World, client_id: str = "todo0-at-acme", **values: str) -> ServiceProvider:
    """Make an app a SAML service provider of Acme."""
    app = world.app(client_id)
    fields = {"entity_id": ENTITY_ID, "acs_url": "https://todo0.example/acs"} | values
    return ServiceProvider.objects.create(enterprise=world.acme, app=app, **fields)


@pytest.mark.spec("JAG-22")
def test_an_app_that_signs_people_in_by_openid_connect_gets_none(world: World) -> None:
    register(world, "agent0-at-acme", entity_id="https://agent0.example/saml")  # the client is not the reader
    for subject in world.subjects():
        assert "sub_id" not in world.claims(**subject)


@pytest.mark.spec("JAG-17", "JAG-18", "JAG-19", "JAG-20")
def test_it_names_the_same_person_as_the_app_does_by_saml(world: World) -> None:
    provider = register(world)
    for subject in world.subjects():
        claims = world.claims(**subject)
        assert claims["sub"] == people.ALICE.sub
        assert claims["sub_id"] == {
            "format": "saml-nameid",
            "issuer": SAML_ISSUER,
            "nameid": name_at(provider, world.alice).value,
            "nameid_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        }


@pytest.mark.spec("JAG-19")
@pytest.mark.parametrize("qualifiers", [{}, {"name_qualifier": SAML_ISSUER}, {"sp_name_qualifier": ENTITY_ID}])
@pytest.mark.parametrize("sp_provided_id", ["", "alice-at-todo0"])
def test_each_optional_member_is_there_exactly_when_the_name_has_it(
    world: World, qualifiers: dict[str, str], sp_provided_id: str
) -> None:
    provider = register(world, **qualifiers)
    LinkedName.objects.create(
        service_provider=provider, person=world.alice, name_id="f3a1", sp_provided_id=sp_provided_id
    )
    expected = qualifiers | ({"sp_provided_id": sp_provided_id} if sp_provided_id else {})
    found = world.claims()["sub_id"]
    assert found.pop("nameid") == "f3a1"
    assert {name: found[name] for name in found.keys() - {"format", "issuer", "nameid_format"}} == expected


@pytest.mark.spec("JAG-20")
@pytest.mark.parametrize(
    ("name_id_format", "expected"),
    [(NameIdFormat.EMAIL, people.ALICE.email), (NameIdFormat.UNSPECIFIED, people.ALICE.sub)],
)
def test_the_name_is_of_the_format_that_the_app_is_registered_with(
    world: World, name_id_format: str, expected: str
) -> None:
    register(world, name_id_format=name_id_format)
    found = world.claims()["sub_id"]
    assert (found["nameid"], found["nameid_format"]) == (expected, name_id_format)


@pytest.mark.spec("JAG-20")
def test_a_persistent_name_is_the_apps_own_and_tells_nobody_who_she_is(world: World, bob: Person) -> None:
    here = register(world)
    there = register(world, "agent0-at-acme", entity_id="https://agent0.example/saml")
    names = [name_at(here, world.alice), name_at(there, world.alice), name_at(here, bob)]
    assert len({name.value for name in names} | {people.ALICE.sub, people.BOB.sub}) == 5
    assert name_at(here, world.alice) == names[0]


@pytest.mark.spec("JAG-21")
def test_a_name_that_does_not_last_is_left_out(world: World) -> None:
    provider = register(world, name_id_format=NameIdFormat.TRANSIENT)
    assert "sub_id" not in world.claims()
    LinkedName.objects.create(service_provider=provider, person=world.alice, name_id="f3a1")
    assert "sub_id" not in world.claims()
    ServiceProvider.objects.update(name_id_format=NameIdFormat.PERSISTENT)
    assert world.claims()["sub_id"]["nameid"] == "f3a1"


@pytest.mark.spec("JAG-18")
def test_a_linked_name_is_one_persons_and_only_hers(world: World, bob: Person) -> None:
    provider = register(world)
    LinkedName.objects.create(service_provider=provider, person=world.alice, name_id="f3a1")
    for person, name_id in ((bob, "f3a1"), (world.alice, "another")):
        with pytest.raises(IntegrityError), transaction.atomic():
            LinkedName.objects.create(service_provider=provider, person=person, name_id=name_id)
    assert name_at(provider, bob).value != "f3a1"


def test_an_entity_id_is_one_app_of_the_enterprise(world: World, globex: Enterprise) -> None:
    register(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        register(world, "agent0-at-acme")
    with pytest.raises(ValidationError, match="same enterprise"):
        ServiceProvider.objects.create(
            enterprise=globex, app=world.agent0, entity_id="x", acs_url="https://x.example/acs"
        )
    with pytest.raises(ValidationError, match="absolute URL"):
        register(world, "agent0-at-acme", entity_id="x", acs_url="javascript:alert(1)")


@pytest.mark.spec("JAG-17")
def test_it_costs_one_statement_more_and_only_where_it_is_used(
    world: World, django_assert_max_num_queries: Any
) -> None:
    form = world.form()
    with django_assert_max_num_queries(3):  # session, standing, log; the client was the fourth
        world.exchange(**form)
    register(world)
    with django_assert_max_num_queries(4):  # and a linked name
        assert world.exchange(**form)["token_type"] == "N_A"

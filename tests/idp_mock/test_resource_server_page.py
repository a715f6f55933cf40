"""A resource app's Audience / Tenant ID and SAML entity: entered by Carol, and in the very next ID-JAG."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.models import Enterprise, Person
from idp_mock.policy.models import ResourceAppChange
from idp_mock.saml.models import LinkedName, NameIdFormat, ServiceProvider
from idp_mock.systemlog.models import EVENT_RESOURCE_SERVER, Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import save_at, submit, text_of
from tests.idp_mock.exchange_world import World

pytestmark = pytest.mark.django_db
ENTITY = {"entity_id": "https://todo0.example/saml", "acs_url": "https://todo0.example/acs"}
OF_ACME = "tenant:acme"


@pytest.fixture
def address(world: World) -> str:
    return f"/acme/admin/apps/{world.todo0.app_id}/resource-server"


def save_tenant(carol: Client, address: str, tenant: str) -> HttpResponse:
    return save_at(carol, address, **{OF_ACME: tenant})


def state_of(world: World) -> tuple[Any, ...]:
    return world.todo0.tenants, world.todo0.version, list(ServiceProvider.objects.values())


# What is saved counts from the next exchange on


@pytest.mark.spec("TN-02", "TN-06")
def test_the_next_id_jag_names_the_tenant_that_carol_typed(world: World, carol: Client, address: str) -> None:
    assert {"tenant", "aud_tenant"} & world.claims().keys() == set()
    assert save_tenant(carol, address, "org_7").status_code == 303
    assert "ID-JAGs for Todo0 say so" in text_of(carol.get(address))
    claims = world.claims()
    assert (claims["tenant"], claims["aud_tenant"]) == ("acme", "org_7")
    save_tenant(carol, address, "")
    assert {"tenant", "aud_tenant"} & world.claims().keys() == set()


@pytest.mark.spec("TN-01", "TN-06")
def test_each_company_behind_the_issuer_has_a_field(
    world: World, carol: Client, address: str, bob: Person
) -> None:
    Person.objects.filter(pk=bob.pk).update(tenant="acme-france")
    assert "Audience / Tenant ID for acme-france" in text_of(carol.get(address))
    save_at(carol, address, **{f"{OF_ACME}-france": "org_8"})
    with pytest.raises(OAuthError, match="no tenant for the company"):
        world.exchange()
    Person.objects.filter(pk=world.alice.pk).update(tenant="acme-france")
    world.family.refresh_from_db()
    claims = world.claims()
    assert (claims["tenant"], claims["aud_tenant"]) == ("acme-france", "org_8")


@pytest.mark.spec("JAG-17", "JAG-19")
def test_the_next_id_jag_says_the_saml_name_by_the_entity_that_carol_typed(
    world: World, carol: Client, address: str
) -> None:
    assert "sub_id" not in world.claims()
    email = {"name_id_format": NameIdFormat.EMAIL, "sp_name_qualifier": ENTITY["entity_id"]}
    assert save_at(carol, address, **ENTITY, **email).status_code == 303
    assert world.claims()["sub_id"] == {
        "format": "saml-nameid",
        "issuer": "http://localhost:8003/acme/saml/metadata",
        "nameid": people.ALICE.email,
        "nameid_format": NameIdFormat.EMAIL.value,
        "sp_name_qualifier": ENTITY["entity_id"],
    }
    save_at(carol, address, name_id_format=NameIdFormat.TRANSIENT)
    assert "sub_id" not in world.claims()
    save_at(carol, address, **dict.fromkeys((*ENTITY, "sp_name_qualifier"), ""))
    assert not ServiceProvider.objects.exists()
    assert "sub_id" not in world.claims()


def test_what_if_says_it_before_anybody_asks(world: World, carol: Client, address: str) -> None:
    save_at(carol, address, **ENTITY, **{OF_ACME: "org_7"})
    asked = {"person": world.alice.pk, "age": "1", "factors": "one", "scopes": ["todos.read"], "resource": ""}
    said = text_of(carol.get(f"/acme/admin/policy/{world.connection.pk}/what-if", asked))
    assert "org_7" in said
    assert "saml-nameid" in said


# Its history


def test_a_change_is_told_with_before_and_after_and_in_the_log(world: World, carol: Client, address: str) -> None:
    save_at(carol, address, **ENTITY, **{OF_ACME: "org_7"})
    change = ResourceAppChange.objects.get()
    assert (change.by_name, change.version) == ("Carol Castro", 2)
    assert (change.before["tenants"], change.after["tenants"]) == ({}, {"acme": "org_7"})
    said = "Audience / Tenant ID: none → org_7 for acme"
    assert said in text_of(carol.get(address))
    event = Event.objects.get(event_type=EVENT_RESOURCE_SERVER)
    assert (event.person_name, event.resource_app_name) == ("Carol Castro", "Todo0")
    assert f"{said}; SAML entity: none → {ENTITY['entity_id']}" in event.reason
    assert "changed Todo0 as a resource server" in text_of(carol.get("/acme/admin/log"))


def test_what_is_saved_without_a_change_is_none(world: World, carol: Client, address: str) -> None:
    before = state_of(world)
    assert save_at(carol, address).status_code == 303
    assert state_of(world) == before
    assert not ResourceAppChange.objects.exists()


def test_any_change_can_be_taken_back_and_counts_at_once(world: World, carol: Client, address: str) -> None:
    save_at(carol, address, **ENTITY, **{OF_ACME: "org_7"})
    save_tenant(carol, address, "org_8")
    first = world.todo0.changes.get(version=2)
    assert submit(carol, carol.get(address), f"{address}/restore/{first.pk}").status_code == 303
    assert "Restored" in text_of(carol.get(address))
    assert {"aud_tenant", "sub_id"} & world.claims().keys() == set()
    third = world.todo0.changes.get(version=4)
    submit(carol, carol.get(address), f"{address}/restore/{third.pk}")
    claims = world.claims()
    assert claims["aud_tenant"] == "org_8"
    assert "sub_id" in claims


def test_a_restore_over_another_version_than_the_one_looked_at_is_none(
    world: World, carol: Client, address: str
) -> None:
    save_tenant(carol, address, "org_7")
    page, change = carol.get(address), ResourceAppChange.objects.get()
    save_tenant(carol, address, "org_8")
    submit(carol, page, f"{address}/restore/{change.pk}")
    assert "Not restored: somebody changed this app since" in text_of(carol.get(address))
    assert world.claims()["aud_tenant"] == "org_8"


def test_an_entity_that_another_app_took_is_not_restored(world: World, carol: Client, address: str) -> None:
    save_at(carol, address, **ENTITY)
    save_at(carol, address, entity_id="https://todo0.example/other")
    change = world.todo0.changes.get(version=3)
    ServiceProvider.objects.create(enterprise=world.acme, app=world.agent0, **ENTITY)
    submit(carol, carol.get(address), f"{address}/restore/{change.pk}")
    assert "Not restored. Another app has that SAML entity by now." in text_of(carol.get(address))


# Two admins


def test_whoever_comes_second_is_told_and_loses_nothing(world: World, carol: Client, address: str) -> None:
    late = carol.get(address)
    save_tenant(carol, address, "org_7")
    answer = submit(carol, late, address, **{OF_ACME: "org_8"})
    assert answer.status_code == 409
    assert "Not saved: somebody changed this app" in text_of(answer)
    assert "Audience / Tenant ID: none → org_7 for acme" in text_of(answer)
    assert world.claims()["aud_tenant"] == "org_7"
    assert submit(carol, answer, address).status_code == 303, "over what was shown"
    assert world.claims()["aud_tenant"] == "org_8"


# What is refused


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({OF_ACME: "org 7"}, "without a space"),
        ({OF_ACME: "örg"}, "printable ASCII"),
        ({OF_ACME: "x" * 501}, "at most 500"),
        (ENTITY | {"entity_id": "todo0"}, "Expected a URI"),
        (ENTITY | {"acs_url": "javascript:alert(1)"}, "absolute URL"),
        (ENTITY | {"acs_url": "http://["}, "absolute URL"),
        (ENTITY | {"acs_url": ""}, "Expected where the entity&#x27;s assertions go"),
        (ENTITY | {"name_id_format": "mine"}, "not one of the available choices"),
        ({"acs_url": ENTITY["acs_url"]}, "Expected the entity that the other fields are about"),
    ],
)
def test_what_could_not_be_meant_is_refused_and_kept_in_the_form(
    world: World, carol: Client, address: str, typed: dict[str, str], said: str
) -> None:
    before = state_of(world)
    answer = save_at(carol, address, **typed)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert state_of(world) == before
    for value in typed.values():
        assert f'value="{value}"' in answer.content.decode() or value in ("", "mine")
    assert save_at(carol, address, **ENTITY, **{OF_ACME: "org_7"}).status_code == 303


def test_an_entity_is_one_apps(world: World, carol: Client, address: str) -> None:
    ServiceProvider.objects.create(enterprise=world.acme, app=world.agent0, **ENTITY)
    answer = save_at(carol, address, **ENTITY, **{OF_ACME: "org_7"})
    assert answer.status_code == 400
    assert "Another app of Acme has this SAML entity." in text_of(answer)
    assert (world.todo0.tenants, world.todo0.version) == ({}, 1), "nothing of it is saved"


def test_an_entity_that_people_are_linked_to_stays(world: World, carol: Client, address: str) -> None:
    save_at(carol, address, **ENTITY)
    provider = ServiceProvider.objects.get()
    LinkedName.objects.create(service_provider=provider, person=world.alice, name_id="f3a1")
    answer = save_at(carol, address, **dict.fromkeys(ENTITY, ""))
    assert answer.status_code == 400
    assert "1 linked to it by names that would be lost" in text_of(answer)
    save_at(carol, address, entity_id="urn:todo0:saml")
    assert world.claims()["sub_id"]["nameid"] == "f3a1", "renamed, it knows her as before"


def test_an_app_that_nobody_acts_at_has_no_such_tab(
    world: World, carol: Client, address: str, globex: Enterprise
) -> None:
    assert address in carol.get(f"/acme/admin/apps/{world.todo0.app_id}").content.decode()
    for app in (world.agent0, globex.resource_apps.get().app):
        assert carol.get(f"/acme/admin/apps/{app.pk}/resource-server").status_code == 404
    assert "resource-server" not in carol.get(f"/acme/admin/apps/{world.agent0.pk}").content.decode()

"""Companies behind one issuer, and customers within one resource app: what an ID-JAG says of them (ID-JAG §6)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from idp_mock.directory.models import Enterprise, Person
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.exchange_vectors_policy import register_tenants
from tests.idp_mock.exchange_world import World
from xaa import jose

pytestmark = pytest.mark.django_db


def said_of_tenants(world: World, **override: Any) -> tuple[str | None, str | None, str]:
    claims = world.claims(**override)
    return claims.get("tenant"), claims.get("aud_tenant"), claims["client_id"]


def belong_to(world: World, tenant: str) -> None:
    world.alice.tenant = tenant
    world.alice.save()


@pytest.mark.spec("TN-06", "JAG-22")
def test_without_tenants_on_either_side_it_says_nothing_of_any(world: World) -> None:
    assert said_of_tenants(world) == (None, None, "agent0-at-todo0")


@pytest.mark.spec("TN-01", "TN-03")
def test_an_issuer_of_several_companies_says_which_is_hers(world: World) -> None:
    belong_to(world, "acme-france")
    for subject in world.subjects():
        assert said_of_tenants(world, **subject) == ("acme-france", None, "agent0-at-todo0")


@pytest.mark.spec("TN-01", "SR-02")
def test_her_id_token_says_the_same_so_that_both_lead_to_one_account(world: World) -> None:
    assert "tenant" not in jose.peek(world.id_token()).unverified_claims
    belong_to(world, "acme-france")
    world.family.refresh_from_db()
    assert jose.peek(world.id_token()).unverified_claims["tenant"] == "acme-france"


@pytest.mark.spec("TN-02", "TN-06")
def test_a_resource_app_with_tenants_hears_ours_and_its_own(world: World) -> None:
    register_tenants(world, {"acme": "org_7"})
    for subject in world.subjects():
        assert said_of_tenants(world, **subject) == ("acme", "org_7", "agent0-at-todo0")


@pytest.mark.spec("TN-02", "TN-06")
def test_each_of_our_companies_is_its_own_customer_there(world: World) -> None:
    register_tenants(world, {"acme-france": "org_8", "acme-japan": "org_9"})
    for ours, theirs in (("acme-france", "org_8"), ("acme-japan", "org_9")):
        belong_to(world, ours)
        assert said_of_tenants(world) == (ours, theirs, "agent0-at-todo0")


@pytest.mark.spec("TN-05")
def test_where_client_ids_count_in_one_tenant_it_names_the_client_as_that_tenant_does(world: World) -> None:
    register_tenants(
        world,
        {"acme-france": "org_8", "acme-japan": "org_9"},
        client_ids={"org_8": "agent0-in-france", "org_9": "agent0-in-japan"},
    )
    belong_to(world, "acme-japan")
    assert said_of_tenants(world) == ("acme-japan", "org_9", "agent0-in-japan")


@pytest.mark.spec("TN-03")
def test_no_value_of_the_request_chooses_the_tenant(world: World) -> None:
    register_tenants(world, {"acme": "org_7", "globex": "org_9"})
    assert said_of_tenants(world, tenant="globex", aud_tenant="org_9") == ("acme", "org_7", "agent0-at-todo0")
    token = world.altered_id_token(tenant="globex", aud_tenant="org_9")  # nor what an ID Token once said
    assert said_of_tenants(world, subject_token=token) == ("acme", "org_7", "agent0-at-todo0")


def test_a_company_that_leaves_the_resource_app_is_refused_from_the_next_request_on(world: World) -> None:
    register_tenants(world, {"acme": "org_7"})
    assert said_of_tenants(world)[1] == "org_7"
    register_tenants(world, {"globex": "org_9"})
    with pytest.raises(OAuthError) as refused:
        world.exchange()
    assert (refused.value.check, refused.value.error) == ("I14", "invalid_target")


@pytest.mark.spec("TN-04")
def test_a_sub_is_one_person_of_an_issuer_whatever_her_company(acme: Enterprise, globex: Enterprise) -> None:
    def hire(enterprise: Enterprise, login: str, **more: str) -> None:
        with transaction.atomic():
            Person.objects.create(enterprise=enterprise, sub=people.BOB.sub, login=login, name="B", **more)

    hire(globex, "bob@globex.example")  # another issuer
    for tenant in ("", "acme-france"):
        with pytest.raises(IntegrityError):
            hire(acme, f"bob.two{tenant}@acme.example", tenant=tenant)


@pytest.mark.spec("TN-11")
@pytest.mark.parametrize("kind", ["personal", "organization"])
def test_a_kind_of_tenant_is_no_company(world: World, kind: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        belong_to(world, kind)


@pytest.mark.spec("TN-02")
def test_tenants_cost_no_statement_more(world: World, django_assert_max_num_queries: Any) -> None:
    register_tenants(world, {"acme": "org_7"}, client_ids={"org_7": "agent0-in-org-7"})
    form = world.form()
    with django_assert_max_num_queries(3):  # session, standing, log; the client was the fourth
        world.exchange(**form)

"""Companies behind one issuer: a connection is for one, and an ID-JAG chooses no other (ID-JAG §6)."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from stage.kit import people
from tests.todo0.conftest import Redeem, id_jag, user_of
from todo0.federation.connections import find_connection
from todo0.federation.models import Connection
from xaa.jwt_bearer.subjects import SubjectNotFound
from xaa.jwt_bearer.tenants import check_tenant

WRONG = ["acme-japan", "ACME-FRANCE", "acme-france ", "", None, 7, ["acme-france"], {"acme-france": 1}, "personal"]


@pytest.fixture
def _for_france(seeded: None) -> None:
    Connection.objects.update(tenant="acme-france")


@pytest.fixture
def _customer_7(seeded: None) -> None:
    Connection.objects.update(aud_tenant="org_7")


def see_refused(redeem: Redeem, **claims: Any) -> None:
    answer = redeem(id_jag(**claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("TN-09", "SR-02")
@pytest.mark.usefixtures("_for_france")
def test_a_connection_for_one_company_takes_that_companys_id_jags(redeem: Redeem) -> None:
    assert redeem(id_jag(tenant="acme-france")).status_code == 200


@pytest.mark.spec("TN-08", "TN-09", "TN-11")
@pytest.mark.usefixtures("_for_france")
@pytest.mark.parametrize("tenant", WRONG)
def test_it_refuses_every_other_company_of_the_issuer(redeem: Redeem, tenant: object) -> None:
    see_refused(redeem, tenant=tenant)


@pytest.mark.spec("TN-09")
@pytest.mark.usefixtures("_for_france")
def test_it_refuses_an_id_jag_that_names_none(redeem: Redeem) -> None:
    see_refused(redeem)


@pytest.mark.spec("TN-08")
@pytest.mark.usefixtures("_customer_7")
@pytest.mark.parametrize("aud_tenant", ["org_9", "ORG_7", "", None, 7, ["org_7"]])
def test_it_refuses_an_id_jag_that_means_another_customer(redeem: Redeem, aud_tenant: object) -> None:
    assert redeem(id_jag(aud_tenant="org_7")).status_code == 200
    see_refused(redeem, aud_tenant=aud_tenant)
    see_refused(redeem)


@pytest.mark.spec("TN-02", "TN-08")
@pytest.mark.usefixtures("_for_france", "_customer_7")
def test_where_both_are_configured_both_must_be_right(redeem: Redeem) -> None:
    assert redeem(id_jag(tenant="acme-france", aud_tenant="org_7")).status_code == 200
    see_refused(redeem, tenant="acme-france")
    see_refused(redeem, aud_tenant="org_7")


@pytest.mark.spec("TN-08", "SR-11")
@pytest.mark.usefixtures("_for_france")
def test_nobody_of_another_company_gets_an_account_by_it(redeem: Redeem) -> None:
    Connection.objects.update(jit_accounts=True)
    accounts = User.objects.count()
    see_refused(redeem, sub=people.DAN.sub, tenant="acme-japan")
    assert User.objects.count() == accounts
    assert redeem(id_jag(sub=people.DAN.sub, tenant="acme-france")).status_code == 200


@pytest.mark.spec("SR-02")
@pytest.mark.usefixtures("_for_france")
def test_sign_in_is_held_to_the_same_company(redeem: Redeem) -> None:
    assert find_connection("acme").tenant == "acme-france"
    redeem(id_jag(tenant="acme-france"))
    assert user_of(people.ALICE).is_active


@pytest.mark.spec("TN-11")
@pytest.mark.parametrize("kind", ["personal", "organization"])
def test_a_kind_of_tenant_is_no_company(seeded: None, kind: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.update(tenant=kind)
    with pytest.raises(SubjectNotFound):
        check_tenant({"tenant": kind}, tenant=kind)  # nor for an integrator who configured it


@pytest.mark.usefixtures("_for_france", "_customer_7")
def test_it_costs_no_statement_more(redeem: Redeem) -> None:
    redeem(id_jag(tenant="acme-france", aud_tenant="org_7"))  # keys
    with CaptureQueriesContext(connection) as statements:
        assert redeem(id_jag(tenant="acme-france", aud_tenant="org_7")).status_code == 200
    assert len(statements) <= 9

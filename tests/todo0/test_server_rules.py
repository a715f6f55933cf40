"""Todo0's own rules: the default audience, what it discloses, who may come; and the presets that fill them in."""

from typing import Any

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stage.kit import people
from tests.builders import REMOVED
from tests.todo0.conftest import API, Redeem, id_jag
from tests.todo0.console_side import submit, text_of
from todo0.console.models import Change
from todo0.federation.models import Connection, Tenant
from todo0.presets.rules import PRESETS

SERVER = "/admin/server"


def save(admin: Client, *, preset: str = "", **changed: Any) -> HttpResponse:
    page = admin.get(SERVER, {"preset": preset} if preset else {})
    return submit(admin, page, SERVER, **changed)


def test_without_a_resource_claim_the_default_audience_is_meant(admin: Client, redeem: Redeem) -> None:
    assert redeem(id_jag(resource=REMOVED)).json()["resource"] == API
    mcp = "http://localhost:8004/mcp"
    assert save(admin, default_audience=mcp).status_code == 303
    assert redeem(id_jag(resource=REMOVED)).json()["resource"] == mcp
    save(admin, default_audience="")
    assert redeem(id_jag(resource=REMOVED)).status_code == 400
    assert redeem(id_jag()).json()["resource"] == API, "one that names its API does not care"


def test_whether_user_not_found_is_said_is_a_rule(admin: Client, redeem: Redeem) -> None:
    unknown = {"sub": people.DAN.sub}
    assert redeem(id_jag(**unknown)).json()["error_description"] == "User not found"
    save(admin, disclose_unknown_user=None)
    assert "User not found" not in redeem(id_jag(**unknown)).json()["error_description"]
    assert redeem(id_jag()).status_code == 200


def test_the_rules_cost_no_statement_more(redeem: Redeem) -> None:
    redeem(id_jag())
    with CaptureQueriesContext(database) as statements:
        assert redeem(id_jag()).status_code == 200
    assert len(statements) <= 9


def test_a_change_is_told_undone_and_not_overwritten(admin: Client) -> None:
    stale = admin.get(SERVER)
    save(admin, url_clients=None)
    assert "Clients by their document: on → off" in text_of(admin.get(SERVER))
    assert submit(admin, stale, SERVER, default_audience="").status_code == 409
    change = Change.objects.get()
    submit(admin, admin.get(SERVER), f"{SERVER}/undo/{change.pk}")
    assert Tenant.objects.get().url_clients
    assert Tenant.objects.get().default_audience == API


def test_no_foreign_api_becomes_the_default(admin: Client) -> None:
    answer = save(admin, default_audience="https://other.example/api")
    assert answer.status_code == 400
    assert Tenant.objects.get().default_audience == API


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_every_field_and_saves_nothing(admin: Client, name: str) -> None:
    acme = Connection.objects.get(slug="acme")
    before = (list(Tenant.objects.values()), list(Connection.objects.values()))
    address = f"/admin/connections/{acme.pk}"
    server, connection = admin.get(SERVER, {"preset": name}), admin.get(address, {"preset": name})
    assert (list(Tenant.objects.values()), list(Connection.objects.values())) == before
    assert f"The fields below are those of {name}" in text_of(server)
    submit(admin, server, SERVER)
    submit(admin, connection, address)
    tenant, row = Tenant.objects.get(), Connection.objects.get(slug="acme")
    assert {field: getattr(tenant, field) for field in PRESETS[name].server} == PRESETS[name].server
    assert {field: getattr(row, field) for field in PRESETS[name].connection} == PRESETS[name].connection
    assert row.algorithms == acme.algorithms, "what it does not speak of stays"


def test_each_presets_field_may_be_changed_before_it_is_saved(admin: Client) -> None:
    save(admin, preset="strict", default_audience=API)
    tenant = Tenant.objects.get()
    assert (tenant.default_audience, tenant.disclose_unknown_user) == (API, False)


def test_the_page_asks_a_bounded_number_of_times(admin: Client, redeem: Redeem) -> None:
    for _ in range(12):
        redeem(id_jag())
    with CaptureQueriesContext(database) as statements:
        assert admin.get(SERVER).status_code == 200
    assert len(statements) <= 9

"""APIs at the console: added, changed and retired by an administrator, and each redemption follows the rows."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken

from tests.builders import REMOVED
from tests.todo0.conftest import ACME, API, Call, Redeem, id_jag
from tests.todo0.console_side import submit, text_of
from tests.todo0.mcp_side import MCP
from tests.todo0.test_authorization_code import ASKED, browser  # noqa: F401  a fixture
from todo0.assertions.models import Redemption
from todo0.console.models import Change
from todo0.federation.models import Connection, Tenant
from todo0.resources.models import Api
from todo0.seed import seed
from xaa.jwt_bearer.models import CrossAppClient

APIS, NOTES = "/admin/apis", "https://notes.example/api"
TYPED = {"identifier": NOTES, "name": "Notes", "scopes": "notes.read See notes", "token_lifetime": "600"}


@pytest.fixture
def api(seeded: None) -> Api:
    return Api.objects.get(identifier=API)


def address_of(api: Api) -> str:
    return f"{APIS}/{api.pk}"


def save(admin: Client, api: Api, **changed: Any) -> HttpResponse:
    return submit(admin, admin.get(address_of(api)), address_of(api), **changed)


def switch(admin: Client, api: Api) -> HttpResponse:
    return submit(admin, admin.get(address_of(api)), f"{address_of(api)}/use")


def add(admin: Client, **changed: Any) -> HttpResponse:
    return submit(admin, admin.get(APIS), f"{APIS}/add", **TYPED | changed)


def open_to_acme(admin: Client, *identifiers: str) -> HttpResponse:
    address = f"/admin/connections/{Connection.objects.get(slug='acme').pk}"
    return submit(admin, admin.get(address), address, apis=list(identifiers))


def reason() -> str:
    row = Redemption.objects.order_by("-pk").first()
    return f"{row.refused_by} {row.reason}"


def test_the_seeds_apis_are_those_of_the_settings_and_what_was_made_of_them_stays(admin: Client, api: Api) -> None:
    assert [row.identifier for row in Api.objects.order_by("pk")] == [API, MCP]
    save(admin, api, name="Todos", scopes="todos.read See")
    seed()
    api.refresh_from_db()
    assert (api.title, api.scope_names, Api.objects.count()) == ("Todos", ("todos.read",), 2)


def test_a_new_api_is_open_to_nobody_until_a_connection_names_it(
    admin: Client, tove: User, redeem: Redeem, api: Api
) -> None:
    assert add(admin).status_code == 303
    CrossAppClient.objects.update(allowed_scopes="todos.read todos.write notes.read")
    asked = {"resource": NOTES, "scope": "notes.read"}
    assert redeem(id_jag(**asked)).status_code == 400
    assert reason().startswith("R13 resource: expected resources of this server for this issuer")
    assert open_to_acme(admin, API, MCP, NOTES).status_code == 303
    answer = redeem(id_jag(**asked))
    assert (answer.status_code, answer.json()["expires_in"], answer.json()["resource"]) == (200, 600, NOTES)
    assert redeem(id_jag(resource=NOTES, scope="todos.read")).json()["error"] == "invalid_scope"
    made = Change.objects.get(kind="api")
    assert (made.by, made.before, made.after["scopes"]) == (tove, {}, ["notes.read See notes"])
    assert NOTES in Client().get("/.well-known/oauth-authorization-server").json()["protected_resources"]


def test_how_long_its_tokens_live_counts_from_the_next_one_on(admin: Client, api: Api, redeem: Redeem) -> None:
    assert redeem(id_jag()).json()["expires_in"] == 300
    save(admin, api, token_lifetime="60")
    assert redeem(id_jag()).json()["expires_in"] == 60
    assert redeem(id_jag(resource=MCP)).json()["expires_in"] == 300
    assert redeem(id_jag(resource=[API, MCP])).json()["expires_in"] == 60, "the shortest of both"
    row = AccessToken.objects.order_by("pk").last()
    assert 58 <= (row.expires - row.created).total_seconds() <= 61


def test_a_scope_that_an_api_has_no_more_is_granted_no_more(
    admin: Client, api: Api, redeem: Redeem, call: Call
) -> None:
    save(admin, api, scopes="todos.read See your todos")
    assert redeem(id_jag()).json()["scope"] == "todos.read"
    assert redeem(id_jag(resource=MCP)).json()["scope"] == "todos.read todos.write"
    assert Client().get("/.well-known/oauth-protected-resource/api").json()["scopes_supported"] == ["todos.read"]
    assert call("GET", "/todos").status_code == 200


def test_a_retired_api_gets_no_token_and_loses_those_it_has(
    admin: Client, redeem: Redeem, api: Api, alice: User
) -> None:
    mcp = Api.objects.get(identifier=MCP)
    for resource in (API, MCP, [API, MCP]):
        assert redeem(id_jag(resource=resource)).status_code == 200
    assert switch(admin, mcp).status_code == 303
    assert [row.resource for row in AccessToken.objects.all()] == [[API]]
    assert redeem(id_jag(resource=MCP)).status_code == 400
    assert redeem(id_jag()).status_code == 200
    assert MCP not in Client().get("/.well-known/oauth-authorization-server").json()["protected_resources"]
    switch(admin, mcp)
    assert redeem(id_jag(resource=MCP)).status_code == 200


def test_the_default_audience_is_not_retired(admin: Client, api: Api, redeem: Redeem) -> None:
    page = admin.get(switch(admin, api)["Location"])
    assert "choose another one first" in text_of(page)
    api.refresh_from_db()
    assert api.active
    submit(admin, admin.get("/admin/server"), "/admin/server", default_audience=MCP)
    switch(admin, api)
    assert redeem(id_jag(resource=REMOVED)).json()["resource"] == MCP
    change = Change.objects.get(kind="server")
    submit(admin, admin.get("/admin/server"), f"/admin/server/undo/{change.pk}")
    assert Tenant.objects.get().default_audience == MCP, "a retired API does not come back by an undo"


def test_at_what_a_connection_does_not_name_its_people_are_not_acted_for(
    admin: Client, redeem: Redeem, api: Api
) -> None:
    tokens = [redeem(id_jag(resource=resource)) for resource in (API, MCP)]
    assert [token.status_code for token in tokens] == [200, 200]
    open_to_acme(admin, API)
    assert [row.resource for row in AccessToken.objects.all()] == [[API]], "what apps held there has ended"
    assert redeem(id_jag(resource=MCP)).status_code == 400
    assert redeem(id_jag(resource=[API, MCP])).status_code == 400
    assert redeem(id_jag()).status_code == 200
    open_to_acme(admin)
    assert redeem(id_jag()).status_code == 400
    assert redeem(id_jag(resource=REMOVED)).status_code == 400, "the default audience opens nothing by itself"
    change = Change.objects.filter(kind="connection").order_by("pk").first()
    assert (change.before["apis"], change.after["apis"]) == ([API, MCP], [API])


def test_one_enterprises_choice_is_not_anothers(admin: Client, redeem: Redeem, api: Api) -> None:
    own = Connection.objects.get(slug="todo0-inc")
    open_to_acme(admin, API)
    assert sorted(own.apis.values_list("identifier", flat=True)) == [API, MCP]
    redeem(id_jag())
    address = f"/admin/connections/{own.pk}"
    submit(admin, admin.get(address), address, apis=[MCP])
    assert AccessToken.objects.filter(origin__issuer=ACME).count() == 1, "whose tokens these are"


def test_it_costs_a_redemption_no_statement_more(admin: Client, redeem: Redeem) -> None:
    for number in range(5):
        add(admin, identifier=f"{NOTES}/{number}")
    open_to_acme(admin, *Api.objects.values_list("identifier", flat=True))
    redeem(id_jag())
    with CaptureQueriesContext(database) as statements:
        assert redeem(id_jag()).status_code == 200
    assert len(statements) <= 8, "without the limit, which takes one"


def test_a_change_is_told_undone_and_not_overwritten(admin: Client, api: Api) -> None:
    stale = admin.get(address_of(api))
    save(admin, api, token_lifetime="60")
    assert "Access tokens live, in seconds: 300 → 60" in text_of(admin.get(address_of(api)))
    answer = submit(admin, stale, address_of(api), name="Mine", scopes="todos.read Mine")
    assert answer.status_code == 409
    assert ("300 → 60" in text_of(answer), 'value="Mine"' in answer.content.decode()) == (True, True)
    change = Change.objects.get()
    undo = f"{address_of(api)}/undo/{change.pk}"
    submit(admin, stale, f"{address_of(api)}/use")
    submit(admin, admin.get(address_of(api)), undo, version="0")
    api.refresh_from_db()
    assert api.token_lifetime == 60, "over a version that nobody has seen"
    submit(admin, admin.get(address_of(api)), undo)
    api.refresh_from_db()
    assert api.token_lifetime == 300
    assert (
        submit(admin, answer, address_of(api), version=str(Change.objects.latest("pk").version)).status_code == 303
    )
    api.refresh_from_db()
    assert (api.title, api.scope_names) == ("Mine", ("todos.read",))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"identifier": "notes"}, "absolute URI"),
        ({"identifier": "http://notes.example/api"}, "absolute URI"),
        ({"identifier": f"{NOTES}#x"}, "absolute URI"),
        ({"identifier": "https://[notes"}, "absolute URI"),
        ({"identifier": "https://nötes.example"}, "absolute URI"),
        ({"identifier": API}, "Another API has this identifier"),
        ({"scopes": "notes.read"}, "what it lets an app do"),
        ({"scopes": 'no"tes See'}, "what it lets an app do"),
        ({"scopes": "a See\na Twice"}, "Expected each scope once"),
        ({"scopes": "\n".join(f"s{number} See" for number in range(101))}, "1 to 100 scopes"),
        ({"token_lifetime": "29"}, "greater than or equal to 30"),
        ({"token_lifetime": "86401"}, "less than or equal to 86400"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_added(
    admin: Client, seeded: None, changed: dict[str, str], said: str
) -> None:
    answer = add(admin, **changed)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert 'value="Notes"' in answer.content.decode(), "what was typed stands there still"
    assert (Api.objects.count(), Change.objects.count()) == (2, 0)


def test_the_browsers_way_follows_the_rows(admin: Client, browser: Client) -> None:  # noqa: F811
    asked = ASKED | {"resource": MCP}
    assert browser.get("/oauth/authorize", asked).status_code == 200
    switch(admin, Api.objects.get(identifier=MCP))
    page = browser.post("/oauth/authorize", asked | {"allow": "Authorize"})
    assert "invalid_target" in page.get("Location", "") + page.content.decode()


def test_the_pages_ask_a_bounded_number_of_times(admin: Client, api: Api) -> None:
    for number in range(12):
        add(admin, identifier=f"{NOTES}/{number}")
    counts = {}
    for path in (APIS, address_of(api)):
        with CaptureQueriesContext(database) as statements:
            assert admin.get(path).status_code == 200
        counts[path] = len(statements)
    assert max(counts.values()) <= 7, counts

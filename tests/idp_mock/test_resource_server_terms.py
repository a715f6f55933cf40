"""A resource app's issuer URL, APIs and scopes: entered by Carol, and the very next exchange goes by them."""

from typing import Any

import pytest
from django.test import Client

from idp_mock.directory.models import Enterprise
from idp_mock.policy.models import ResourceAppChange
from idp_mock.policy.seed import MAIL0_URL
from idp_mock.seed import seed
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from tests.idp_mock.admin_side import read_forms, save_at, submit, text_of
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, TODO0_MCP, World

pytestmark = pytest.mark.django_db
NEW = "https://todo0.example"
WRITE = "todos.write Add, complete and delete todos"
SHARE = "todos.share Show todos to others"


@pytest.fixture
def address(world: World) -> str:
    return f"/acme/admin/apps/{world.todo0.app_id}/resource-server"


def saved(carol: Client, address: str, **typed: str) -> str:
    answer = save_at(carol, address, **typed)
    assert answer.status_code == 303, text_of(answer)
    return text_of(carol.get(address))


def refusal(world: World, **asked: Any) -> str:
    with pytest.raises(OAuthError) as refused:
        world.exchange(**asked)
    return refused.value.check


def switch_on(carol: Client, world: World) -> None:
    page = f"/acme/admin/policy/{world.connection.pk}"
    assert submit(carol, carol.get(page), f"{page}/switch").status_code == 303


# The issuer URL


@pytest.mark.spec("TX-07", "JAG-06")
def test_the_issuer_that_carol_typed_is_the_audience_of_the_next_id_jag(
    world: World, carol: Client, address: str
) -> None:
    assert world.claims()["aud"] == TODO0_ISSUER
    said = saved(carol, address, issuer=NEW)
    assert f"{NEW} is the audience of ID-JAGs for Todo0. Its connections are off" in said
    assert refusal(world) == "I8", "the former one is nobody's"
    assert refusal(world, audience=NEW) == "I9"
    switch_on(carol, world)
    assert world.claims(audience=NEW)["aud"] == NEW


def test_another_issuer_switches_off_what_was_agreed_with_the_former_one(
    world: World, carol: Client, address: str
) -> None:
    """The client ids in the connections are the former server's; at another they may be another's (ID-JAG §5)."""
    saved(carol, address, issuer=NEW)
    change = world.connection.changes.get()
    assert (change.by_name, change.before["status"], change.after["status"]) == ("Carol Castro", "on", "off")
    assert Event.objects.get(reason="Status: on → off").audience == TODO0_ISSUER
    first = world.todo0.changes.get()
    submit(carol, carol.get(address), f"{address}/restore/{first.pk}")
    assert "Restored: Todo0 is as it was before version 2" in text_of(carol.get(address))
    assert (world.todo0.issuer, refusal(world)) == (TODO0_ISSUER, "I9"), "switching it on is hers to do"
    switch_on(carol, world)
    assert world.claims()["aud"] == TODO0_ISSUER


def test_with_the_same_issuer_the_connections_stay_on(world: World, carol: Client, address: str) -> None:
    saved(carol, address, scopes=f"{WRITE}\n{SHARE}")
    assert world.connection.is_on


def test_an_issuer_url_that_another_app_has_is_not_saved(world: World, carol: Client, address: str) -> None:
    answer = save_at(carol, address, issuer=MAIL0_URL, scopes=SHARE)
    assert answer.status_code == 400
    assert "Another app of Acme has this issuer URL." in text_of(answer)
    assert (world.todo0.issuer, world.todo0.version, world.connection.is_on) == (TODO0_ISSUER, 1, True)
    assert world.claims()["scope"] == "todos.read todos.write", "nothing of it is saved"


def test_an_issuer_that_another_app_took_is_not_restored(world: World, carol: Client, address: str) -> None:
    saved(carol, address, issuer=NEW)
    change = world.todo0.changes.get()
    mail0 = world.acme.resource_apps.get(issuer=MAIL0_URL)
    saved(carol, f"/acme/admin/apps/{mail0.app_id}/resource-server", issuer=TODO0_ISSUER)
    submit(carol, carol.get(address), f"{address}/restore/{change.pk}")
    assert "Not restored. Another app of Acme has this issuer URL." in text_of(carol.get(address))


def test_another_enterprise_may_have_the_same_app(world: World, carol: Client, globex: Enterprise) -> None:
    mail0 = world.acme.resource_apps.get(issuer=MAIL0_URL)
    globex.resource_apps.update(issuer=NEW)
    saved(carol, f"/acme/admin/apps/{mail0.app_id}/resource-server", issuer=NEW)
    assert globex.resource_apps.get().issuer == NEW


# Its APIs


@pytest.mark.spec("TX-11")
def test_an_api_that_carol_typed_can_be_asked_for_at_once_and_one_that_is_gone_cannot(
    world: World, carol: Client, address: str
) -> None:
    notes = "urn:todo0:notes"
    assert refusal(world, resource=notes) == "I11"
    assert f"APIs: {TODO0_API}, {TODO0_MCP} → {TODO0_API}, {notes}" in saved(
        carol, address, resources=f"{TODO0_API}\n  {notes}\n"
    )
    assert world.claims(resource=notes)["resource"] == notes
    assert refusal(world, resource=TODO0_MCP) == "I11"
    offered = carol.get(f"/acme/admin/policy/{world.connection.pk}").content.decode()
    assert f'value="{notes}"' in offered
    assert f'value="{TODO0_MCP}"' not in offered


@pytest.mark.parametrize("slash", ["", "/"])
def test_apis_left_blank_are_made_up_from_the_issuer(
    world: World, carol: Client, address: str, slash: str
) -> None:
    saved(carol, address, issuer=f"{NEW}{slash}", resources=" \n ")
    assert world.todo0.resources == [f"{NEW}/api"]
    switch_on(carol, world)
    asked = {"audience": f"{NEW}{slash}", "resource": f"{NEW}/api"}
    assert world.claims(**asked)["resource"] == f"{NEW}/api"


# Its scopes


@pytest.mark.spec("TX-27")
def test_a_scope_that_is_gone_is_not_granted_and_a_new_one_is_where_any_may_be_asked_for(
    world: World, carol: Client, address: str
) -> None:
    saved(carol, address, scopes=f"{WRITE}\n\n{SHARE}")
    granted = world.claims(scope="todos.read todos.write todos.share")["scope"]
    assert granted == "todos.write todos.share"
    assert refusal(world, scope="todos.read") == "I12"
    assert "todos.share" in text_of(carol.get("/acme/admin/policy"))


def test_a_new_scope_can_be_chosen_in_the_policy_and_is_granted_to_none_that_chose_others(
    world: World, carol: Client, address: str
) -> None:
    page = f"/acme/admin/policy/{world.connection.pk}"
    save_at(carol, page, scope_condition="only", scopes=["todos.read"])
    saved(carol, address, scopes=f"todos.read Read todos\n{SHARE}")
    assert world.claims(scope="todos.read todos.share")["scope"] == "todos.read"
    save_at(carol, page, scopes=["todos.read", "todos.share"])
    assert world.claims(scope="todos.read todos.share")["scope"] == "todos.read todos.share"


def test_a_resource_app_has_a_hundred_scopes_and_not_one_more(world: World, carol: Client, address: str) -> None:
    lines = [f"todos.{number} Do {number}" for number in range(101)]
    assert "Expected 1 to 100 scopes, found 101." in text_of(save_at(carol, address, scopes="\n".join(lines)))
    saved(carol, address, scopes="\n".join(lines[:100]))
    assert world.claims(scope="todos.99")["scope"] == "todos.99"


# What is kept, and what is refused


def test_running_the_seed_again_leaves_what_carol_changed(world: World, carol: Client, address: str) -> None:
    saved(carol, address, scopes=SHARE)
    seed()
    assert world.todo0.scope_names == ("todos.share",)
    saved(carol, address, resources=TODO0_API)
    seed()
    assert (world.todo0.issuer, world.todo0.resources) == (TODO0_ISSUER, [TODO0_API])


def test_all_of_it_is_told_with_before_and_after(world: World, carol: Client, address: str) -> None:
    saved(carol, address, issuer=NEW, resources=f"{NEW}/api", scopes=SHARE)
    told = Event.objects.get(event_type="application.lifecycle.update").reason
    assert told.startswith(
        f"Issuer URL: {TODO0_ISSUER} → {NEW}; APIs: {TODO0_API}, {TODO0_MCP} → {NEW}/api; Scopes:"
    )
    assert read_forms(carol.get(address)).forms[address]["scopes"] == [SHARE]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"issuer": ""}, "required"),
        ({"issuer": "todo0.example"}, "expected an absolute https URL"),
        ({"issuer": "http://todo0.example"}, "expected an absolute https URL"),
        ({"issuer": "https://"}, "expected an absolute https URL"),
        ({"issuer": "https://["}, "expected an absolute https URL"),
        ({"issuer": f"{NEW}#x"}, "without user info or fragment"),
        ({"issuer": "https://acme@todo0.example"}, "without user info or fragment"),
        ({"issuer": f"{NEW}?tenant=7"}, "has no query"),
        ({"issuer": f"{NEW} "}, None),
        ({"issuer": f"{NEW}/a b"}, "without a space"),
        ({"issuer": "http://localhost:8003/acme"}, "found this IdP"),
        ({"resources": "todos"}, "absolute URI"),
        ({"resources": "http://todo0.example/api"}, "expected an absolute https URL"),
        ({"resources": f"{NEW}/api#v2"}, "without a fragment"),
        ({"resources": f"{NEW}/api {NEW}/mcp"}, "without a space"),
        ({"resources": f"{NEW}/api\n{NEW}/api"}, "each API once"),
        ({"scopes": ""}, "required"),
        ({"scopes": "todos.read"}, "Expected a scope, a space"),
        ({"scopes": 'to"dos Read'}, "Expected a scope, a space"),
        ({"scopes": f"{SHARE}\n{SHARE}"}, "each scope once"),
    ],
)
def test_what_could_not_be_meant_is_refused_and_kept_in_the_form(
    world: World, carol: Client, address: str, typed: dict[str, str], said: str | None
) -> None:
    answer = save_at(carol, address, **typed)
    if said is None:  # white space around it is nobody's
        assert (answer.status_code, world.todo0.issuer) == (303, NEW)
        return
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not ResourceAppChange.objects.exists()
    assert {name: read_forms(answer).forms[address][name] for name in typed} == {
        name: [value] for name, value in typed.items()
    }

"""Details at the IdP: never more than was asked, than the scopes cover, or than the admin leaves (RFC 9396)."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from idp_mock.policy.models import CrossAppConnection
from idp_mock.tokens.errors import OAuthError
from tests.idp_mock.admin_side import save_at, text_of
from tests.idp_mock.exchange_world import DETAILS, TODO0_API, TODO0_MCP, World, details_text, last_event

TYPE = DETAILS["type"]


def granted(world: World, **override: Any) -> list[dict[str, Any]]:
    """What the answer says, which is what the ID-JAG says."""
    answer = world.exchange(**override)
    assert world.claims(**override)["authorization_details"] == answer["authorization_details"]
    return answer["authorization_details"]


def withhold(world: World, *actions: str) -> None:
    world.agent0.connections.update(withheld_actions=[f"{TYPE} {action}" for action in actions])


@pytest.mark.spec("JAG-14", "TR-08", "RA-02", "RA-05")
def test_what_was_asked_is_in_the_id_jag_and_in_the_answer(world: World) -> None:
    for asked in ([{}], [{}, {"actions": ["delete"], "identifier": "17"}]):
        assert granted(world, authorization_details=details_text(*asked)) == [DETAILS | change for change in asked]


@pytest.mark.spec("JAG-14", "JAG-25")
def test_without_any_there_is_no_claim_and_no_member(world: World) -> None:
    for nothing in (None, ""):
        assert "authorization_details" not in world.exchange(authorization_details=nothing)
        assert "authorization_details" not in world.claims(authorization_details=nothing)


@pytest.mark.spec("RA-02", "RA-04", "RA-05", "TR-08")
def test_no_action_is_granted_without_its_scope(world: World) -> None:
    narrowed = granted(world, scope="todos.read", authorization_details=details_text({}, {"actions": ["delete"]}))
    assert narrowed == [DETAILS | {"actions": ["read"]}]
    assert [one["outcome"] for one in last_event().checks if one["number"] == "I12"] == ["passed", "narrowed"]


@pytest.mark.spec("RA-04")
def test_no_location_is_granted_without_its_resource(world: World) -> None:
    both = details_text({"locations": [TODO0_API, TODO0_MCP]})
    assert granted(world, authorization_details=both) == [DETAILS]
    assert granted(world, authorization_details=both, resource=None)[0]["locations"] == [TODO0_API, TODO0_MCP]


@pytest.mark.spec("RA-02", "RA-05", "TX-26")
def test_the_admin_narrows(world: World) -> None:
    withhold(world, "create")
    assert granted(world, authorization_details=details_text({})) == [DETAILS | {"actions": ["read"]}]


@pytest.mark.spec("RA-02", "RA-05", "TX-26", "TR-08")
def test_what_the_admin_withholds_no_scope_brings_back(world: World) -> None:
    """Who does not ask for details gets some all the same: the scope alone would let the app do it."""
    withhold(world, "delete", "change")
    assert granted(world) == [DETAILS | {"actions": ["read", "create", "complete"]}]
    assert granted(world, scope="todos.read") == [DETAILS | {"actions": ["read"]}]
    assert granted(world, resource=None)[0]["locations"] == [TODO0_API, TODO0_MCP]
    assert "authorization_details" not in world.exchange(scope=None)


@pytest.mark.spec("TX-26")
def test_a_scope_of_which_every_action_is_withheld_is_no_scope(world: World) -> None:
    withhold(world, "read")
    with pytest.raises(OAuthError) as refused:
        world.exchange(scope="todos.read")
    assert (refused.value.check, refused.value.error) == ("I12", "invalid_scope")
    assert granted(world)[0]["actions"] == ["create", "complete", "change", "delete"]


def test_an_action_that_two_types_call_alike_is_withheld_of_one(world: World) -> None:
    todo0 = world.todo0
    todo0.details_types = [*todo0.details_types, todo0.details_types[0] | {"type": "https://todo0.example/other"}]
    todo0.save()
    withhold(world, "delete")
    assert [("delete" in detail["actions"]) for detail in granted(world)] == [False, True]


@pytest.mark.spec("TX-34")
def test_the_system_log_shows_them(world: World, carol: Client) -> None:
    granted(world, scope="todos.read", authorization_details=details_text({"identifier": "17"}))
    event = last_event()
    assert '"actions":["read","create"],"identifier":"17"' in event.details_asked
    assert '"actions":["read"],"identifier":"17"' in event.details_granted
    said = unescape(text_of(carol.get("/acme/admin/log")))
    assert event.details_asked in said
    assert event.details_granted in said


def test_a_long_request_leaves_no_more_than_a_page_of_it(world: World) -> None:
    with pytest.raises(OAuthError):
        world.exchange(authorization_details=details_text({"identifier": "x" * 3000}))
    event = last_event()
    assert (len(event.details_asked), event.details_granted) == (1000, "")
    assert "x" not in event.reason.replace("Expected", "")


def test_they_cost_no_statement_more(world: World, client: Client, django_assert_num_queries: Any) -> None:
    world.id_token()
    with django_assert_num_queries(4):
        assert world.post(client, authorization_details=details_text({})).status_code == 200


def test_metadata_names_no_type_since_each_would_name_a_resource_app(world: World, client: Client) -> None:
    document = client.get("/acme/.well-known/oauth-authorization-server").json()
    assert "authorization_details_types_supported" not in document


def test_the_admin_withholds_an_action_on_the_connections_page(world: World, carol: Client) -> None:
    page = f"/acme/admin/policy/{world.connection.pk}"
    assert "Delete todos" in text_of(carol.get(page))
    answer = save_at(carol, page, withheld_actions=[f"{TYPE} delete"])
    assert answer.status_code == 303
    assert world.connection.withheld_actions == [f"{TYPE} delete"]
    assert "delete" not in granted(world)[0]["actions"]
    assert "Actions withheld: none" in text_of(carol.get(page))
    assert save_at(carol, page, withheld_actions=["share"]).status_code == 400


def test_a_new_connection_withholds_nothing_and_grants_nothing(world: World) -> None:
    fresh = CrossAppConnection()
    assert (fresh.withheld_actions, fresh.scopes, fresh.scope_condition) == ([], [], "only")

"""Step-up at the API: which sign-in an action wants, by whose word it is judged, and what a refusal names."""

import time
from typing import Any

import pytest
from django.test import Client

from tests.todo0.conftest import Redeem, call_api, id_jag
from tests.todo0.mcp_side import McpCaller
from tests.todo0.test_access_token import resign, see_refused
from todo0.api import todos
from todo0.api.checks import check_step_up
from todo0.api.step_up import ACTIONS, NOTHING, Demand, demand_for
from todo0.mcp.tools import TOOLS
from todo0.todos.models import Todo

MFA, PASSWORD = "urn:xaa-demo:acr:mfa", "urn:xaa-demo:acr:password"


@pytest.fixture
def strict(settings: Any) -> None:
    """Deleting wants a second factor, of a sign-in of the last ten minutes."""
    settings.API_STEP_UP_ACTIONS = ("delete_todo",)
    settings.API_STEP_UP_ACR_VALUES = (MFA,)
    settings.API_STEP_UP_MAX_AGE = 600


def token_of(redeem: Redeem, *, age: int = 0, **sign_in: Any) -> str:
    """An access token by way of an ID-JAG, of a sign-in ``age`` seconds ago."""
    answer = redeem(id_jag(**({"acr": MFA, "auth_time": int(time.time()) - age} | sign_in)))
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


def delete_first(alice: Any, bearer: str) -> Any:
    todo = Todo.objects.filter(owner=alice).first()
    return call_api("DELETE", f"/todos/{todo.pk}", Authorization=f"Bearer {bearer}")


def test_nothing_is_demanded_unless_somebody_says_so(redeem: Redeem, alice: Any) -> None:
    assert {demand_for(action) for action in ACTIONS} == {NOTHING}
    assert delete_first(alice, token_of(redeem, acr="0", age=99_999)).status_code == 204


@pytest.mark.spec("SU-08", "SU-10")
@pytest.mark.parametrize(
    "weak", [{"acr": PASSWORD}, {"acr": "0"}, {"acr": MFA.upper()}, {"acr": f"{MFA} {PASSWORD}"}, {"age": 601}]
)
def test_it_refuses_the_action_and_names_the_sign_in_that_would_do(
    strict: None, redeem: Redeem, alice: Any, weak: dict[str, Any]
) -> None:
    bearer = token_of(redeem, **weak)
    answer = delete_first(alice, bearer)
    see_refused(answer, status=401, error="insufficient_user_authentication")
    assert f'acr_values="{MFA}"' in answer["WWW-Authenticate"]
    assert 'max_age="600"' in answer["WWW-Authenticate"]
    assert call_api("GET", "/todos", Authorization=f"Bearer {bearer}").status_code == 200
    assert delete_first(alice, token_of(redeem)).status_code == 204


@pytest.mark.spec("SU-10", "AT-10")
def test_it_counts_from_the_sign_in_and_not_from_the_redemption(strict: None, redeem: Redeem, alice: Any) -> None:
    """Each token is a second old; the sign-ins behind them are not."""
    see_refused(
        delete_first(alice, token_of(redeem, age=605)), status=401, error="insufficient_user_authentication"
    )
    assert delete_first(alice, token_of(redeem, age=595)).status_code == 204


@pytest.mark.spec("SU-10")
@pytest.mark.parametrize(
    "told", [{"acr": None}, {"auth_time": None}, {"acr": 1}, {"auth_time": "0"}, {"auth_time": True}]
)
def test_what_a_token_does_not_tell_counts_for_nothing(
    strict: None, redeem: Redeem, alice: Any, told: dict[str, Any]
) -> None:
    good = token_of(redeem)
    see_refused(delete_first(alice, resign(good, **told)), status=401, error="insufficient_user_authentication")
    assert delete_first(alice, good).status_code == 204


@pytest.mark.parametrize(
    ("demand", "named", "unnamed"),
    [
        ({"API_STEP_UP_MAX_AGE": 0}, f'acr_values="{MFA}"', "max_age="),
        ({"API_STEP_UP_ACR_VALUES": ()}, 'max_age="600"', "acr_values="),
        ({"API_STEP_UP_ACR_VALUES": (MFA, "phr")}, f'acr_values="{MFA} phr"', "scope="),
    ],
)
def test_the_challenge_names_what_is_demanded_and_nothing_else(
    strict: None, settings: Any, redeem: Redeem, alice: Any, demand: dict[str, Any], named: str, unnamed: str
) -> None:
    for name, value in demand.items():
        setattr(settings, name, value)
    challenge = delete_first(alice, token_of(redeem, acr="0", age=601))["WWW-Authenticate"]
    assert named in challenge
    assert unnamed not in challenge


@pytest.mark.parametrize("acr", [MFA, "phr"])
def test_one_of_the_classes_is_enough(strict: None, settings: Any, redeem: Redeem, alice: Any, acr: str) -> None:
    settings.API_STEP_UP_ACR_VALUES = (MFA, "phr")
    assert delete_first(alice, token_of(redeem, acr=acr)).status_code == 204


@pytest.mark.spec("SU-08")
def test_what_completing_wants_is_wanted_of_a_change_that_completes(
    strict: None, settings: Any, redeem: Redeem, alice: Any
) -> None:
    settings.API_STEP_UP_ACTIONS = ("complete_todo",)
    todo = Todo.objects.filter(owner=alice).first()

    def patch(body: dict[str, Any], **sign_in: Any) -> Any:
        bearer = f"Bearer {token_of(redeem, **sign_in)}"
        return call_api("PATCH", f"/todos/{todo.pk}", body, Authorization=bearer)

    answer = patch({"done": True}, acr="0")
    see_refused(answer, status=401, error="insufficient_user_authentication")
    assert f'acr_values="{MFA}"' in answer["WWW-Authenticate"]
    assert patch({"title": "Other"}, acr="0").status_code == 200
    assert patch({"done": True}).status_code == 200


def test_a_better_sign_in_is_asked_for_only_where_nothing_else_is_wrong(
    strict: None, redeem: Redeem, alice: Any
) -> None:
    bearer = token_of(redeem, acr="0", scope="todos.read")
    see_refused(delete_first(alice, bearer), status=403, error="insufficient_scope", scope="todos.write")


def test_the_token_of_the_consent_screen_tells_of_no_sign_in_and_meets_no_demand() -> None:
    assert not Demand(max_age=600).is_met({}, now=0)
    assert not Demand(acr_values=(MFA,)).is_met({}, now=0)
    assert NOTHING.is_met({}, now=0)


def test_the_actions_are_those_of_the_api_and_of_the_mcp_server() -> None:
    own = [found for found in vars(todos).values() if getattr(found, "__module__", "") == todos.__name__]
    handlers = {found.__name__ for found in own if "at" in getattr(found, "__annotations__", ())}
    assert handlers == set(ACTIONS)
    assert set(TOOLS) <= set(ACTIONS)


@pytest.mark.spec("SU-08", "SU-10")
def test_a_tool_of_the_mcp_server_wants_what_the_same_action_wants_at_the_api(
    mcp: McpCaller, settings: Any
) -> None:
    settings.API_STEP_UP_ACTIONS, settings.API_STEP_UP_MAX_AGE = ("create_todo",), 600
    now = int(time.time())
    old, new = resign(mcp.token, auth_time=now - 601), resign(mcp.token, auth_time=now)
    answer = mcp.send("tools/call", {"name": "create_todo", "arguments": {"title": "No"}}, bearer=old)
    assert (answer.status_code, answer.json()["error"]) == (401, "insufficient_user_authentication")
    assert 'max_age="600"' in answer.headers["WWW-Authenticate"]
    assert mcp.call("list_todos", bearer=old)["isError"] is False
    assert mcp.call("create_todo", {"title": "Yes"}, bearer=new)["isError"] is False


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"API_STEP_UP_ACTIONS": ("delete_everything",)}, "E001"),
        ({"API_STEP_UP_ACR_VALUES": (), "API_STEP_UP_MAX_AGE": 0}, "E002"),
        ({"API_STEP_UP_MAX_AGE": 59}, "E003"),
    ],
)
def test_a_demand_that_cannot_work_is_said_at_the_start(
    strict: None, settings: Any, change: dict[str, Any], number: str
) -> None:
    assert check_step_up(app_configs=None) == []
    for name, value in change.items():
        setattr(settings, name, value)
    assert [found.id for found in check_step_up(app_configs=None)] == [f"todo0_api.{number}"]


def test_it_costs_no_statement(strict: None, redeem: Redeem, django_assert_num_queries: Any) -> None:
    bearer = token_of(redeem)
    with django_assert_num_queries(2):
        assert Client(headers={"Authorization": f"Bearer {bearer}"}).get("/api/todos").status_code == 200

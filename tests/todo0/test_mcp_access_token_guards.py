"""Every check of the MCP server is guarded: when one refuses nothing, what it alone refuses calls a tool."""

from typing import Any

import pytest

from tests.todo0.conftest import Redeem
from tests.todo0.mcp_side import McpCaller, id_jag_for_mcp
from tests.todo0.test_access_token import resign
from tests.todo0.test_access_token_guards import WRONG, believe
from tests.toothless import NOTICED, without_teeth
from todo0.api.errors import AccessTokenRejected
from todo0.mcp import access_token
from xaa.checks import Check


def list_todos(mcp: McpCaller, bearer: str) -> Any:
    return mcp.send("tools/call", {"name": "list_todos", "arguments": {}}, bearer=bearer)


@pytest.mark.parametrize("check", access_token.CHECKS, ids=lambda check: check.name)
def test_a_check_that_refuses_nothing_is_missed(
    mcp: McpCaller, redeem: Redeem, check: Check[Any], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    make, status, error = WRONG[check.name]
    good = redeem(id_jag_for_mcp()).json()["access_token"]
    start = redeem(id_jag_for_mcp(scope="todos.write")).json()["access_token"]
    if check.name == "check_sign_in":
        settings.API_STEP_UP_ACTIONS, settings.API_STEP_UP_ACR_VALUES = ("list_todos",), ("urn:mfa",)
        good = resign(good, acr="urn:mfa")
    wrong = make(start if check.name == "check_scope" else good)

    def see() -> None:
        answer = list_todos(mcp, wrong)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        scheme = "DPoP" if check.name == "check_key" else "Bearer"
        assert answer.headers["WWW-Authenticate"].startswith(f"{scheme} ")

    see()
    instead = believe if check.name == "check_signature" else lambda presented: presented
    toothless = without_teeth(access_token.CHECKS, check.name, AccessTokenRejected, instead=instead)
    monkeypatch.setattr(access_token, "CHECKS", toothless)
    with pytest.raises(NOTICED):
        see()
    if check.name != "check_not_revoked":
        assert list_todos(mcp, good).status_code == 200


def test_every_check_has_a_wrong_one() -> None:
    assert list(WRONG) == [check.name for check in access_token.CHECKS]

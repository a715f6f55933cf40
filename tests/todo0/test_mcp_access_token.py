"""The MCP server's checks A1 to A7: each refusal beside the unaltered token, which passes."""

import logging
import time
from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from oauth2_provider.models import AccessToken

from tests import builders
from tests.todo0.conftest import ACME, API, TODO0, Redeem, call_api, id_jag, post_form, secret_of
from tests.todo0.mcp_side import MCP, METADATA_OF_MCP, McpCaller, id_jag_for_mcp
from tests.todo0.test_access_token import resign
from todo0.api import access_token as api
from todo0.authserver.models import AsSigningKey
from todo0.mcp.access_token import CHECKS
from xaa import jose, protocol
from xaa.dpop import build_proof
from xaa.jwt_bearer import trust


def see_refused(answer: Any, *, status: int, error: str, scope: str = "", scheme: str = "Bearer") -> None:
    assert answer.status_code == status, answer.text
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith(f"{scheme} ")
    assert f'resource_metadata="{METADATA_OF_MCP}"' in challenge
    assert (f'error="{error}"' in challenge) == bool(error)
    assert (f'scope="{scope}"' in challenge) == bool(scope)
    assert answer.json()["message"].startswith("Expected ")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.spec("MC-13")
def test_the_unaltered_token_passes_at_every_request(mcp: McpCaller) -> None:
    assert [mcp.send(method).status_code for method in ("ping", "tools/list")] == [200, 200]
    see_refused(mcp.send("ping", bearer=""), status=401, error="")


@pytest.mark.spec("MC-09", "MD-12", "RS-03")
@pytest.mark.parametrize("credentials", ["", "Basic YTpi"])
def test_no_credentials_get_a_bare_challenge_that_leads_to_the_metadata(mcp: McpCaller, credentials: str) -> None:
    answer = mcp.post("not even json", bearer="", Authorization=credentials)
    see_refused(answer, status=401, error="")
    assert mcp.http.get(METADATA_OF_MCP).json()["resource"] == MCP


@pytest.mark.spec("MC-13", "RS-05")
def test_it_takes_no_token_from_the_url(mcp: McpCaller) -> None:
    answer = mcp.http.post(f"/mcp?access_token={mcp.token}", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    see_refused(answer, status=400, error="invalid_request")


@pytest.mark.spec("MC-12", "RS-01", "AT-11", "MC-18")
@pytest.mark.parametrize(
    "change",
    [
        {"iss": f"{TODO0}/"},
        {"iss": ACME},
        {"typ": "JWT"},
        {"typ": protocol.TYP_ID_JAG},
        {"aud": API},
        {"aud": [MCP, API]},
        {"aud": f"{MCP}/"},
        {"aud": MCP.upper()},
        {"aud": MCP.removesuffix("/mcp")},
        {"aud": TODO0},
        {"aud": []},
        {"aud": None},
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"sub": "somebody-else"},
        {"client_id": "evil0-at-todo0"},
    ],
)
def test_it_refuses_a_token_that_differs_in_one_thing(mcp: McpCaller, change: dict[str, Any]) -> None:
    altered = resign(mcp.token, **change)
    see_refused(mcp.send("ping", bearer=altered), status=401, error="invalid_token")


def test_a_resigned_but_unchanged_token_passes(mcp: McpCaller) -> None:
    assert mcp.send("ping", bearer=resign(mcp.token, jti="another")).status_code == 200


@pytest.mark.spec("RS-01", "SEC-02")
def test_it_knows_published_keys_and_no_others(mcp: McpCaller) -> None:
    kid = AsSigningKey.objects.get().kid
    for key in (jose.SigningKey(kid, "ES256", builders.OTHER_KEY.private_key), builders.IDP_KEY):
        see_refused(mcp.send("ping", bearer=resign(mcp.token, key=key)), status=401, error="invalid_token")


@pytest.mark.spec("RS-02", "JAG-29")
@pytest.mark.parametrize("typ", [protocol.TYP_ID_JAG, protocol.TYP_ID_TOKEN, protocol.TYP_ACCESS_TOKEN])
def test_it_refuses_whatever_the_idp_signed(mcp: McpCaller, typ: str) -> None:
    see_refused(mcp.send("ping", bearer=id_jag(typ=typ, aud=MCP)), status=401, error="invalid_token")


@pytest.mark.spec("MC-04", "MC-12", "RD-25")
def test_each_resource_server_refuses_the_other_ones_token(mcp: McpCaller, redeem: Redeem) -> None:
    for_api = redeem(id_jag()).json()["access_token"]
    see_refused(mcp.send("ping", bearer=for_api), status=401, error="invalid_token")
    assert call_api("GET", "/todos", Authorization=f"Bearer {for_api}").status_code == 200
    assert call_api("GET", "/todos", Authorization=f"Bearer {mcp.token}").status_code == 401
    assert mcp.send("ping").status_code == 200


@pytest.mark.spec("MC-03", "MC-04")
def test_the_access_token_is_for_the_resource_that_the_id_jag_names(redeem: Redeem) -> None:
    body = redeem(id_jag_for_mcp()).json()
    assert jose.peek(body["access_token"]).unverified_claims["aud"] == MCP
    refused = redeem(id_jag_for_mcp(resource=f"{MCP}/"))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("MC-05")
def test_an_id_jag_without_a_resource_gives_a_token_for_one_resource_and_not_for_this(
    mcp: McpCaller, redeem: Redeem
) -> None:
    token = redeem(id_jag(resource=builders.REMOVED)).json()["access_token"]
    assert jose.peek(token).unverified_claims["aud"] == API
    see_refused(mcp.send("ping", bearer=token), status=401, error="invalid_token")


@pytest.mark.spec("RS-13")
def test_a_revoked_token_is_refused_at_once(mcp: McpCaller) -> None:
    assert mcp.send("ping").status_code == 200
    client = {"client_id": "agent0-at-todo0", "client_secret": secret_of("agent0-at-todo0")}
    assert post_form("/oauth/revoke", {"token": mcp.token, **client}).status_code == 200
    assert not AccessToken.objects.exists()
    see_refused(mcp.send("ping"), status=401, error="invalid_token")


@pytest.mark.spec("SR-10")
def test_the_token_of_a_deactivated_account_is_refused(mcp: McpCaller) -> None:
    User.objects.update(is_active=False)
    see_refused(mcp.send("ping"), status=401, error="invalid_token")


@pytest.mark.spec("MC-14", "RS-03", "RS-04")
def test_a_tool_beyond_the_scope_is_refused_by_the_name_of_the_scope(mcp: McpCaller, redeem: Redeem) -> None:
    read_only = redeem(id_jag_for_mcp(scope="todos.read")).json()["access_token"]
    assert mcp.call("list_todos", bearer=read_only)["isError"] is False
    for tool in ("create_todo", "complete_todo"):
        answer = mcp.send("tools/call", {"name": tool, "arguments": {}}, bearer=read_only)
        see_refused(answer, status=403, error="insufficient_scope", scope="todos.write")
    assert mcp.send("tools/list", bearer=read_only).status_code == 200


@pytest.mark.spec("PP-16", "PP-20")
def test_a_key_bound_token_wants_a_proof_for_this_very_address(mcp: McpCaller, redeem: Redeem) -> None:
    key = jose.generate_signing_key("ES256")

    def proof(url: str = MCP, token: str = "") -> str:
        return build_proof(key, method="POST", url=url, now=time.time(), access_token=token)

    form = {"grant_type": protocol.GRANT_JWT_DPOP, "assertion": id_jag_for_mcp(cnf={"jkt": jose.thumbprint(key)})}
    client = {"client_id": "agent0-at-todo0", "client_secret": secret_of("agent0-at-todo0")}
    bound = post_form("/oauth/token", form | client, DPoP=proof(f"{TODO0}/oauth/token")).json()["access_token"]
    good = mcp.send("ping", Authorization=f"DPoP {bound}", DPoP=proof(token=bound))
    assert good.status_code == 200, good.text
    see_refused(mcp.send("ping", bearer=bound), status=401, error="invalid_token", scheme="DPoP")
    elsewhere = mcp.send("ping", Authorization=f"DPoP {bound}", DPoP=proof(f"{API}/todos", token=bound))
    see_refused(elsewhere, status=401, error="invalid_dpop_proof", scheme="DPoP")


def test_without_the_keys_it_blames_nobody(mcp: McpCaller, acme: responses.RequestsMock) -> None:
    trust.load_directory.cache_clear()
    acme.replace(responses.GET, f"{TODO0}/.well-known/oauth-authorization-server", status=500)
    acme.add(responses.GET, f"{TODO0}/.well-known/openid-configuration", status=500)
    answer = mcp.send("ping")
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert (answer.headers["Retry-After"], "WWW-Authenticate" in answer.headers) == ("5", False)


def test_it_reports_the_first_failure_and_what_was_not_reached(mcp: McpCaller, caplog: Any) -> None:
    altered = resign(mcp.token, typ="JWT", aud="elsewhere", exp=1)
    with caplog.at_level(logging.DEBUG, logger="todo0.mcp.checks"):
        mcp.send("ping", bearer=altered)
    lines = [record.getMessage() for record in caplog.records if record.name == "todo0.mcp.checks"]
    assert len(lines) == len(CHECKS), "one record a check"
    assert [line.split()[0] for line in lines if "failed" in line] == ["A3"]
    assert not any(altered in line for line in lines)


def test_it_makes_the_same_argument_as_the_api_in_the_same_order() -> None:
    """A rule that the API gains is one that this resource server must have, too."""
    assert [(check.number, check.name) for check in CHECKS] == [(check.number, check.name) for check in api.CHECKS]

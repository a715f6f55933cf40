"""Leg 4 over MCP: the SDK's own client, with its own identity-assertion extension, against the running demo.

An independent peer: it finds the authorization server's endpoints, redeems the ID-JAG and speaks MCP without a
line of this repository. Only the ID-JAG comes from here, as the extension wants it (MCP Enterprise-Managed
Authorization).
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from mcp.client import Client as McpClient
from mcp.client.auth import OAuthTokenError
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthToken

from tests.cast import ALICE
from tests.flow.demo import Demo
from tests.flow.people_at_work import find_todo, sign_in_at_todo0
from tests.flow.wire import Client, Wire, error_of, read_challenge, read_jwt

Act = Callable[[McpClient], Any]
SCOPE = "todos.read todos.write"


class Kept:
    """The extension's token storage."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens


class Peer:
    """The SDK as Agent0, acting for Alice."""

    def __init__(self, wire: Wire, alice: dict[str, str]) -> None:
        self.wire, self.alice = wire, alice
        self.facts = wire.demo.facts["todo0"]
        self.there = wire.clients["agent0", "todo0"]
        self.kept = Kept()
        self.asked: list[tuple[str, str]] = []

    def run(self, act: Act, *, mode: str = "auto", scope: str = SCOPE) -> Any:
        return asyncio.run(self._run(act, mode, scope))

    async def _run(self, act: Act, mode: str, scope: str) -> Any:
        async def fetch_id_jag(audience: str, resource: str) -> str:
            self.asked.append((audience, resource))
            id_token, agent0 = self.alice["id_token"], self.wire.clients["agent0", "acme"]
            return self.wire.id_jag(agent0, id_token, audience=audience, resource=resource, scope=scope)

        resource = self.facts["mcp"]["resource"]
        auth = IdentityAssertionOAuthProvider(
            server_url=resource,
            storage=self.kept,
            client_id=self.there.client_id,
            client_secret=self.there.client_secret,
            issuer=self.facts["issuer"],
            assertion_provider=fetch_id_jag,
        )
        async with httpx2.AsyncClient(auth=auth, trust_env=False) as http:
            transport = streamable_http_client(resource, http_client=http)
            async with McpClient(transport, mode=mode) as client:
                found = await act(client)
        self.wire.remember(self.kept.tokens.access_token if self.kept.tokens else "")
        return found


@pytest.fixture
def peer(wire: Wire, alice: dict[str, str]) -> Peer:
    return Peer(wire, alice)


@pytest.mark.spec("MC-01", "MC-02", "MC-03", "MC-04")
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_sdks_client_adds_a_todo_and_the_badge_says_agent0_did_it_for_alice(
    wire: Wire, demo: Demo, peer: Peer, mode: str
) -> None:
    title = f"Added over MCP, {mode}"
    made = peer.run(lambda client: client.call_tool("create_todo", {"title": title}), mode=mode)
    assert (made.is_error, made.structured_content["created_via"]) == (False, "Agent0")
    assert peer.asked == [(peer.facts["issuer"], peer.facts["mcp"]["resource"])]
    assert read_jwt(peer.kept.tokens.access_token)[1]["aud"] == peer.facts["mcp"]["resource"]
    assert "Agent0 for you" in find_todo(sign_in_at_todo0(wire.visitor(), demo, ALICE), title)
    done = peer.run(lambda client: client.call_tool("complete_todo", {"id": made.structured_content["id"]}))
    assert done.structured_content["done"] is True


@pytest.mark.spec("MC-14")
def test_a_client_that_is_told_which_scope_is_missing_comes_back_with_it(wire: Wire, peer: Peer) -> None:
    """The first ID-JAG is for reading. The 403 names the scope; the second is what the challenge led to."""
    client = peer.run(lambda one: one.call_tool("list_todos", {}), scope="todos.read")
    assert client.is_error is False
    read_only = peer.kept.tokens.access_token
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "create_todo", "arguments": {}},
    }
    headers = {"Authorization": f"Bearer {read_only}", "Accept": "application/json, text/event-stream"}
    refused = wire.http.post(peer.facts["mcp"]["resource"], json=message, headers=headers)
    challenge = read_challenge(refused)
    assert (refused.status_code, challenge["error"]) == (403, "insufficient_scope")
    assert challenge["scope"] == "todos.write"
    assert challenge["resource_metadata"] == peer.facts["mcp"]["resource_metadata_url"]
    added = peer.run(lambda one: one.call_tool("create_todo", {"title": "With the scope"}))
    assert added.is_error is False
    assert len(peer.asked) == 2


@pytest.mark.spec("MC-02", "MC-03", "MC-18")
def test_the_idp_takes_the_mcp_servers_identifier_to_the_letter(
    wire: Wire, agent0: Client, alice: dict[str, str]
) -> None:
    resource = wire.demo.facts["todo0"]["mcp"]["resource"]
    good = wire.exchange(agent0, alice["id_token"], resource=resource)
    assert read_jwt(good.json()["access_token"])[1]["resource"] == resource
    for other in (f"{resource}/", resource.upper(), resource.removesuffix("/mcp")):
        refused = wire.exchange(agent0, alice["id_token"], resource=other)
        assert error_of(refused) == (400, "invalid_target")


@pytest.mark.spec("MC-04")
def test_an_id_jag_for_the_api_gives_the_sdks_client_nothing_at_the_mcp_server(wire: Wire, peer: Peer) -> None:
    """It asks for the MCP server's token with an ID-JAG for the API, which the authorization server sees."""
    id_jag, api = wire.id_jag, peer.facts["resource"]
    peer.wire = _Stubborn(wire, lambda *of, **asked: id_jag(*of, **asked | {"resource": api}))
    with pytest.raises(BaseExceptionGroup) as refused:
        peer.run(lambda client: client.list_tools())
    assert refused.group_contains(OAuthTokenError, match="invalid_target")


class _Stubborn:
    """The wire, but for the ID-JAG it gets."""

    def __init__(self, wire: Wire, id_jag: Callable[..., str]) -> None:
        self.clients, self.remember, self.id_jag = wire.clients, wire.remember, id_jag

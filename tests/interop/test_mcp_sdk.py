"""The MCP SDK's ``identity_assertion`` client redeems an ID-JAG at Todo0, which it finds by Todo0's metadata.

It runs in this process: the SDK is among the demo's own packages. It sends ``resource`` beside the assertion,
which Todo0 takes for what it is, a narrowing of the ID-JAG's.
"""

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from mcp.client.auth import OAuthTokenError
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from tests.flow.demo import Demo
from tests.flow.wire import Client, Wire

SCOPE = "todos.read todos.write"
Assertions = Callable[[str, str], Awaitable[str]]


class Memory:
    """Its token storage, for one test."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        raise AssertionError("expected no registration: the client is known")


def read_todos(demo: Demo, client: Client, assertions: Assertions, memory: Memory) -> httpx2.Response:
    todo0 = demo.facts["todo0"]
    provider = IdentityAssertionOAuthProvider(
        server_url=todo0["resource"],
        storage=memory,
        issuer=todo0["issuer"],
        assertion_provider=assertions,
        scope=SCOPE,
        **client.credentials(),
    )

    async def read() -> httpx2.Response:
        async with httpx2.AsyncClient(auth=provider, trust_env=False) as http:
            return await http.get(f"{todo0['api_url']}/todos")

    return asyncio.run(read())


def test_it_gets_from_a_401_to_alices_todos(
    demo: Demo, wire: Wire, agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    async def ask_acme(audience: str, resource: str) -> str:
        return wire.id_jag(agent0, alice["id_token"], audience=audience, resource=resource)

    memory = Memory()
    answer = read_todos(demo, agent0_there, ask_acme, memory)
    assert (answer.status_code, memory.tokens.scope) == (200, SCOPE)
    assert answer.json() == wire.call("GET", "/todos", memory.tokens.access_token).json()


def test_it_ends_when_the_id_jag_has_been_used(demo: Demo, wire: Wire, agent0_there: Client, id_jag: str) -> None:
    async def give_a_used_one(audience: str, resource: str) -> str:
        return id_jag

    assert wire.redeem(agent0_there, id_jag).status_code == 200
    with pytest.raises(OAuthTokenError, match="invalid_grant"):
        read_todos(demo, agent0_there, give_a_used_one, Memory())

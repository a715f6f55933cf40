"""A caller of the MCP server, over HTTP to the ASGI application; and Todo0's published keys, over HTTP, too.

Deliberately does not: use an MCP client. What is asserted here are statuses, headers and JSON; ``tests/flow`` has
the SDK's own client as the other side.
"""

import json
from typing import Any

import responses
from django.test import Client
from starlette.testclient import TestClient

from tests.todo0.conftest import TODO0, id_jag

MCP = "http://localhost:8004/mcp"
METADATA_OF_MCP = "http://localhost:8004/.well-known/oauth-protected-resource/mcp"
ACCEPT = {"Accept": "application/json, text/event-stream"}
VERSION = "2025-11-25"


def publish_todo0(far_side: responses.RequestsMock) -> None:
    """What Todo0's own process answers about itself: its metadata and its keys, from the views that serve them."""
    for path in ("/.well-known/oauth-authorization-server", "/oauth/jwks"):

        def answer(request: Any, path: str = path) -> tuple[int, dict[str, str], bytes]:
            served = Client().get(path)
            return served.status_code, {"Content-Type": "application/json"}, served.content

        far_side.add_callback(responses.GET, f"{TODO0}{path}", callback=answer)


def id_jag_for_mcp(**override: Any) -> str:
    return id_jag(**({"resource": MCP} | override))


class McpCaller:
    """One app with one token. ``call`` is a tool, ``send`` any JSON-RPC message."""

    def __init__(self, http: TestClient, token: str = "") -> None:
        self.http = http
        self.token = token

    def send(self, method: str, params: Any = None, *, bearer: str | None = None, **headers: str) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method} | ({"params": params} if params else {})
        return self.post(json.dumps(body), bearer=bearer, **headers)

    def post(self, body: str, *, bearer: str | None = None, **headers: str) -> Any:
        token = self.token if bearer is None else bearer
        sent = ACCEPT | {"Content-Type": "application/json", "MCP-Protocol-Version": VERSION}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.post("/mcp", content=body, headers=sent | {_name(k): v for k, v in headers.items()})

    def call(self, tool: str, arguments: Any = None, *, bearer: str | None = None) -> dict[str, Any]:
        """The tool's result."""
        answer = self.send("tools/call", {"name": tool, "arguments": arguments or {}}, bearer=bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]


def _name(keyword: str) -> str:
    return keyword.replace("_", "-")

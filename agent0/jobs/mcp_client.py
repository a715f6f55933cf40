"""One tool of an MCP server, called: the MCP SDK speaks the protocol, ``xaa.client`` carries its requests.

In the flow the SDK writes a JSON-RPC message and would send it; its HTTP client is given a transport that hands
the request to ``send`` instead. So each request goes out with the person's token and, if there is a key, with a
proof of its own, only to where the guard of ``xaa.egress`` lets it, bounded in time and size; and what is bounded
stays bounded: after a refusal or a failure nothing more is sent, though the SDK would try an older handshake.

The SDK lives on an event loop. Sending happens in the worker's own thread, where the database connection is.

Deliberately does not: keep a session, or open a stream for the server to speak first. Tools here answer at once.
"""

import json
import logging
from collections.abc import Callable
from typing import Any, Final

import httpx2
from asgiref.sync import async_to_sync, sync_to_async
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, DiscoverResult, TextContent

from agent0.jobs.todo_list import read_refusal
from stage.kit.gate import find_allowance
from xaa.client import UnexpectedResponse
from xaa.http import HttpAnswer

logging.getLogger("httpx2").setLevel(logging.WARNING)  # one line a request is for whoever looks for it
Post = Callable[..., HttpAnswer]
PASSED_ON: Final = ("accept", "mcp-")
SECONDS: Final = 30.0


class McpToolCaller:
    """The tools at ``url``. ``post(json=, headers=)`` sends one message with the Run's token."""

    def __init__(self, url: str, post: Post) -> None:
        self._url = url
        self._post = post
        self._known: DiscoverResult | None = None
        self._version: str | None = None

    def call(self, name: str, arguments: dict[str, Any]) -> CallToolResult:
        """The tool's result, an error of its own included. Raises whatever ``post`` raised, ``ApiRefused``,
        ``ApiUnavailable``, or ``UnexpectedResponse`` when the far side breaks the protocol.
        """
        carrier = _Carrier(self._post)
        try:
            return async_to_sync(self._call)(carrier, name, arguments)
        except Exception as error:
            if carrier.failure is not None:
                raise carrier.failure from error
            raise UnexpectedResponse("api call", field=name, rule=_explain(error)) from error

    async def _call(self, carrier: "_Carrier", name: str, arguments: dict[str, Any]) -> CallToolResult:
        async with httpx2.AsyncClient(transport=carrier, trust_env=False) as http:
            transport = streamable_http_client(self._url, http_client=http)
            known = {"mode": self._version, "prior_discover": self._known} if self._known else {}
            seconds = SECONDS + find_allowance()  # an audience may look at a message before it goes
            async with Client(transport, read_timeout_seconds=seconds, **known) as client:
                self._known, self._version = client.session.discover_result, client.protocol_version
                return await client.call_tool(name, arguments)


class _Carrier(httpx2.AsyncBaseTransport):
    """The SDK's way out. ``failure`` is why nothing more goes out."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self.failure: Exception | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "POST" or self.failure is not None:
            return httpx2.Response(405, request=request)
        message = json.loads(await request.aread())
        headers = {name: value for name, value in request.headers.items() if name.startswith(PASSED_ON)}
        try:
            answer = await sync_to_async(self._post)(json=message, headers=headers)
        except Exception as error:
            self.failure = error
            return httpx2.Response(503, request=request)
        if answer.status in (401, 403, 429) or answer.status >= 500:
            self.failure = read_refusal(answer)
        kept = {name: value for name, value in answer.headers.items() if name.lower() == "content-type"}
        return httpx2.Response(answer.status, headers=kept, content=answer.body, request=request)


def read_text(result: CallToolResult) -> str:
    """The first text of a result; "" without one."""
    return next((part.text for part in result.content if isinstance(part, TextContent)), "")


def _explain(error: Exception) -> str:
    """What the far side said, or else which kind of thing went wrong; the SDK wraps both in groups."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"must be answered as MCP says: {error!s:.200}" if isinstance(error, MCPError) else type(error).__name__

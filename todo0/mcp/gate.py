"""The gate in front of the MCP server: nothing reaches the SDK without an access token that passed every check.

In the flow: one HTTP request is one JSON-RPC message. The gate reads it, finds out which tool it calls, judges the
token, and hands on what it has read, written anew: so what was judged is what is carried out, however
differently two JSON readers take one text. It leaves an ``Access`` with the request, and keeps the token.

The session that MCP knows is off (stateless): every request brings its token (MCP authorization, token
requirements), and no session id is worth stealing.

Deliberately does not: open streams. Tools here answer at once, so ``GET`` is answered 405, as MCP's transport
allows.
"""

import json
from typing import Any, Final

import anyio
from django.conf import settings
from django.utils import timezone
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stage.kit import state
from todo0.api.errors import AccessTokenRejected, ApiError
from todo0.api.json_body import parse, refused
from todo0.api.presented import Presented
from todo0.api.step_up import NOTHING, demand_for
from todo0.mcp.access_token import check_access_token
from todo0.mcp.metadata import METADATA_URL
from todo0.mcp.server import ACCESS
from todo0.mcp.threads import in_thread
from todo0.mcp.tools import TOOLS, Tool
from xaa import dpop, protocol

SECONDS: Final = 15.0
"""For the whole of a request: reading it, judging it, doing it."""


class Gate:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        with anyio.move_on_after(SECONDS) as limit:
            await self._answer(scope, receive, watch)
        if limit.cancelled_caught and not started:
            await as_response(too_slow())(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if settings.STAGE_KEY:
            state.use(await in_thread(state.load))
        try:
            if request.method != "POST":
                raise ApiError(405, "method_not_allowed", "Expected POST.", Allow="POST")
            body = await request.body()
            scope[ACCESS] = await in_thread(check_access_token, present(request, tool_of(body)))
            message = read_message(body)
        except ApiError as error:
            return await as_response(error)(scope, receive, send)
        return await self.app(*hand_on(message, scope, receive), send)


def present(request: Request, tool: Tool | None) -> Presented:
    """The credentials, beside what the tool needs: nothing, if no tool is called."""
    joined = request.headers.getlist(protocol.HEADER_DPOP)
    return Presented(
        authorization=request.headers.get("authorization", ""),
        dpop_headers=dpop.read_headers(", ".join(joined) if joined else None),
        elsewhere="query string" if "access_token" in request.query_params else "",
        required_scope=tool.scope if tool else "",
        resource=settings.MCP_RESOURCE,
        action=tool.action if tool else "",
        method=request.method,
        url=settings.MCP_RESOURCE,
        now=timezone.now(),
        demand=demand_for(tool.name) if tool else NOTHING,
    )


def read_message(body: bytes) -> dict[str, Any]:
    """One JSON object: MCP has no batches, and two members of one name would be read in two ways."""
    message = parse(body)
    if not isinstance(message, dict):
        raise refused("Expected one JSON-RPC message, found no JSON object.")
    return message


def tool_of(body: bytes) -> Tool | None:
    """The tool that the message calls. Before the token is judged nobody is told what is wrong with a message."""
    try:
        message = read_message(body)
    except ApiError:
        return None
    params = message.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    if message.get("method") != "tools/call" or not isinstance(name, str) or name not in TOOLS:
        return None
    return TOOLS[name]


def hand_on(message: dict[str, Any], scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The request with ``message`` as its body and without its credentials."""
    body = json.dumps(message).encode()
    kept = [(name, value) for name, value in scope["headers"] if name not in (b"authorization", b"content-length")]
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}, replay


def as_response(error: ApiError) -> Response:
    """In the API's words, and with the challenge that leads to *this* resource's metadata (RFC 9728 §5.1)."""
    headers = {"Cache-Control": "no-store"} | error.headers
    if isinstance(error, AccessTokenRejected):
        headers["WWW-Authenticate"] = error.challenge(METADATA_URL)
    return JSONResponse({"error": error.error, "message": error.message}, error.status, headers)


def too_slow() -> ApiError:
    message = f"Expected to be done within {SECONDS:.0f} s."
    return ApiError(503, protocol.ERROR_TEMPORARILY_UNAVAILABLE, message, Retry_After="5")

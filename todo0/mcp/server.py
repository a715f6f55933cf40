"""The tools as the MCP SDK serves them: what ``tools/list`` says, and what ``tools/call`` does.

In the flow the gate has let the request in and left an ``Access`` with it; no token comes this far.

Deliberately does not: speak JSON-RPC or HTTP itself (the SDK does), or let an error's inside reach the wire.
"""

import json
from datetime import datetime
from typing import Any, Final

import mcp_types as types
from django.utils import timezone
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from stage.kit import state
from todo0.api.errors import ApiError
from todo0.api.presented import Access
from todo0.mcp.threads import in_thread
from todo0.mcp.tools import TOOLS, Tool
from xaa import protocol

ACCESS: Final = "todo0.access"
"""Under this name the gate puts the ``Access`` into the ASGI scope of a request that it lets in."""


async def list_tools(context: Any, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    """All of them, whatever the token's scope: a client learns from the 403 which scope a tool needs."""
    return types.ListToolsResult(
        tools=[
            types.Tool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                input_schema=tool.input_schema,
                output_schema=tool.result,
                annotations=types.ToolAnnotations(
                    read_only_hint=tool.is_read_only, destructive_hint=False, open_world_hint=False
                ),
            )
            for tool in TOOLS.values()
        ]
    )


async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    """What was wrong with the arguments is the tool's answer, for a model to read and mend."""
    tool = TOOLS.get(params.name)
    if tool is None:
        raise MCPError(types.INVALID_PARAMS, f"Expected one of {', '.join(TOOLS)}, found {params.name!a:.60}.")
    access = context.request.scope[ACCESS]
    try:
        found = await in_thread(_act, tool, access, params.arguments or {}, timezone.now())
    except ApiError as error:
        return _as_result({"error": error.error, "message": error.message}, is_error=True)
    return _as_result(found)


def _act(tool: Tool, access: Access, arguments: dict[str, Any], at: datetime) -> dict[str, Any]:
    """In the world in which the token was judged: what a reset overtakes is not done in the new one."""
    if tool.is_read_only:
        return tool.act(access, arguments, at)
    try:
        with state.same_world():
            return tool.act(access, arguments, at)
    except state.WorldHasEnded as ended:
        raise ApiError(503, protocol.ERROR_TEMPORARILY_UNAVAILABLE, str(ended)) from ended


def _as_result(found: dict[str, Any], *, is_error: bool = False) -> types.CallToolResult:
    """As data and as text, for clients of either kind; an error has no shape that was promised."""
    text = types.TextContent(type="text", text=json.dumps(found, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=None if is_error else found, is_error=is_error)


SERVER: Final = Server(
    "todo0",
    title="Todo0",
    instructions="The todos of the person that the access token acts for.",
    on_list_tools=list_tools,
    on_call_tool=call_tool,
    get_tool_input_schema=lambda name: TOOLS[name].input_schema if name in TOOLS else None,
)

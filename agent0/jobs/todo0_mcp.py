"""The resource app's MCP server, as Agent0 uses it: three tools, behind a call that is refused (``guard``).

Deliberately does not: list the tools first. Agent0's script knows which one it wants; a model would have to ask.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings

from agent0.jobs.todo_list import MAX_TODOS, PAGE, ApiRefused, NotOffered, Todo, parse_page, parse_todo
from xaa.client import (
    UnexpectedResponse,
)
from xaa.http import HttpAnswer, OutgoingHttp

PING: Final = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT: Final = {"Accept": "application/json, text/event-stream"}


def call_without_token(http: OutgoingHttp, url: str = "") -> HttpAnswer:
    """To be refused, and to learn from it (RFC 9728 §5.1). Without ``url``: the server that the settings name."""
    return http.request("POST", url or settings.MCP_RESOURCE, json=PING, headers=ACCEPT)


class McpTodoList:
    """``post(json=, headers=)`` sends one MCP message with the Run's token."""

    def __init__(self, post: Callable[..., HttpAnswer]) -> None:
        from agent0.jobs.mcp_client import McpToolCaller  # the SDK takes a second to load: only who goes this way

        self._tools = McpToolCaller(settings.MCP_RESOURCE, post)

    def load_all(self, *, open_only: bool = False) -> list[Todo]:
        """The person's todos, page by page, oldest first."""
        only = {"done": False} if open_only else {}
        todos: list[Todo] = []
        after = 0
        while len(todos) < MAX_TODOS:
            body = self._call("list_todos", {"limit": PAGE, "after": after} | only)
            page, after = parse_page(body, after=after)
            todos += page
            if not after:
                break
        return todos

    def create(self, *, title: str, idempotency_key: str) -> Todo:
        return parse_todo(self._call("create_todo", {"title": title, "idempotency_key": idempotency_key}))

    def complete(self, todo_id: int) -> Todo:
        return parse_todo(self._call("complete_todo", {"id": todo_id}))

    def delete(self, todo_id: int) -> None:
        raise NotOffered("there is no tool that deletes")

    def _call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        from agent0.jobs.mcp_client import read_text

        result = self._tools.call(name, arguments)
        if result.is_error:
            raise _read_error(read_text(result))
        if not isinstance(result.structured_content, dict):
            raise UnexpectedResponse("api call", field=name, rule="must return structured content")
        return result.structured_content


def _read_error(text: str) -> ApiRefused:
    """The tool's own words: those that the REST API has for the same, in JSON."""
    try:
        said = json.loads(text)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    error = str(said.get("error", ""))[:80]
    return ApiRefused(404 if error == "not_found" else 400, error, str(said.get("message", text))[:300])

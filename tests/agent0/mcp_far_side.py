"""Todo0's MCP server as Agent0 sees it: a 401 that leads to metadata, and three tools, for ``FarSide`` to inherit.

As the protocol has it at 2026-07-28, or with ``is_old`` at 2025-11-25, which begins with a handshake.

Deliberately does not: use the SDK's server. What Agent0's SDK client sends is looked at here as JSON over HTTP.
"""

import json
from typing import Any

from tests.agent0.answers import SCOPE, Answer, Seen

MODERN, OLD = "2026-07-28", "2025-11-25"
METHOD_NOT_FOUND = -32601


class McpTools:
    """``url``, ``todos`` and the API's own answers are the far side's."""

    url: str
    is_old = False
    is_streaming = False
    wanted_scope, insists = "", False
    """A scope that the server challenges for, once or, when it ``insists``, at every request."""
    tool_result: Any = None
    tools_fail: Answer | None = None

    def challenge(self, status: int = 401, **parameters: str) -> Answer:
        values = parameters | {"resource_metadata": f"{self.url}/.well-known/oauth-protected-resource/mcp"}
        quoted = ", ".join(f'{name}="{value}"' for name, value in values.items())
        body = {"error": parameters.get("error", "unauthorized"), "message": "Expected a token."}
        return Answer(status, body, {"WWW-Authenticate": f"Bearer {quoted}"})

    def tool_calls(self) -> list[dict[str, Any]]:
        """What was called, in order, with the arguments."""
        return [seen.body["params"] for seen in self.requests_of("mcp") if seen.body["method"] == "tools/call"]

    def _resource_metadata(self, _seen: Seen) -> Answer:
        return Answer(200, {"resource": f"{self.url}/mcp", "authorization_servers": [self.url],
                            "scopes_supported": SCOPE.split()})  # fmt: skip

    def _api_without_token(self, _seen: Seen) -> Answer:
        return Answer(401, {}, {"WWW-Authenticate": "Bearer"})  # the metadata is where RFC 9728 §3.1 has it

    def _api_metadata(self, _seen: Seen) -> Answer:
        return Answer(200, {"resource": f"{self.url}/api", "authorization_servers": [self.url]})

    def _mcp(self, seen: Seen) -> Answer:
        if "authorization" not in seen.headers:
            return self.challenge()
        if self.wanted_scope:
            wanted, self.wanted_scope = self.wanted_scope, self.wanted_scope if self.insists else ""
            return self.challenge(403, error="insufficient_scope", scope=wanted)
        if self.tools_fail:
            return self.tools_fail
        message = seen.body
        if "id" not in message:
            return Answer(202, b"")
        result = self._result_of(message)
        outcome = {"result": result} if result is not None else {"error": _no_such_method()}
        body = {"jsonrpc": "2.0", "id": message["id"]} | outcome
        if self.is_streaming:
            event = f"event: message\ndata: {json.dumps(body)}\n\n"
            return Answer(200, event.encode(), {"Content-Type": "text/event-stream"})
        return Answer(404 if result is None else 200, body)

    def _result_of(self, message: dict[str, Any]) -> dict[str, Any] | None:
        capabilities = {"capabilities": {"tools": {}}, "serverInfo": {"name": "todo0", "version": "1"}}
        if message["method"] == "initialize" and self.is_old:
            return capabilities | {"protocolVersion": OLD}
        if message["method"] == "server/discover" and not self.is_old:
            return capabilities | {"supportedVersions": [MODERN], "resultType": "complete", "ttlMs": 0,
                                   "cacheScope": "public"}  # fmt: skip
        if message["method"] == "tools/list":
            return {"tools": [], "resultType": "complete", "ttlMs": 0, "cacheScope": "public"}
        if message["method"] == "tools/call":
            return self._call_tool(**message["params"]) if self.tool_result is None else self.tool_result
        return None

    def _call_tool(self, name: str, arguments: dict[str, Any], **_meta: Any) -> dict[str, Any]:
        """By way of the API's answers, so that one list of todos is behind both ways."""
        only = "&done=false" if arguments.get("done") is False else ""
        path = f"/api/todos?after={arguments.get('after', 0)}&limit={arguments.get('limit', 50)}{only}"
        headers = {"idempotency-key": arguments.get("idempotency_key", "")}
        seen = Seen("", "", path, headers, {}, arguments)
        if name == "complete_todo":
            seen.path = f"/api/todos/{arguments['id']}/complete"
        kind = {"list_todos": self._list, "create_todo": self._create, "complete_todo": self._complete}[name]
        answer = kind(seen)
        return {
            "content": [{"type": "text", "text": json.dumps(answer.body)}],
            "isError": answer.status >= 400,
            "resultType": "complete",
        } | ({"structuredContent": answer.body} if answer.status < 400 else {})


def _no_such_method() -> dict[str, Any]:
    return {"code": METHOD_NOT_FOUND, "message": "Method not found"}

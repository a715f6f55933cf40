"""The OpenAPI 3.1 document of the API, written by hand as data; a test holds it against the real routes and
answers.

Deliberately does not: describe how to get an access token beyond naming the scopes. The 401 challenge leads
to the protected resource metadata, and that to the authorization server (RFC 9728 §5).
"""

from typing import Any, Final

from todo0.api.json_body import MAX_BODY_BYTES
from todo0.api.todos import DEFAULT_LIMIT, MAX_LIMIT
from todo0.todos.models import TITLE_LENGTH

Schema = dict[str, Any]


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _operation(summary: str, scope: str, answers: Schema, **more: Any) -> Schema:
    refused = {str(status): _ref("responses", "Problem") for status in (400, 401, 403)}
    return {
        "summary": summary,
        "security": [{"bearer": [scope]}, {"dpop": [scope]}],
        "responses": answers | refused,
        **more,
    }


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}


READ, WRITE = "todos.read", "todos.write"
DUE_ON: Final = {"type": ["string", "null"], "format": "date"}
ANY: Final = r"[^\x00-\x1f\x7f-\x9f]*"
TEXT: Final = rf"^{ANY}[^\s\x00-\x1f\x7f-\x9f]{ANY}$"  # no control characters, and something to see
TITLE: Final = {"type": "string", "minLength": 1, "maxLength": TITLE_LENGTH, "pattern": TEXT}
TODO: Final = {"description": "The todo as it is now.", "content": _json(_ref("schemas", "Todo"))}
NOT_FOUND: Final = {"404": _ref("responses", "Problem")}
BAD_BODY: Final = {"413": _ref("responses", "Problem"), "415": _ref("responses", "Problem")}
MOMENT: Final = {"type": "string", "format": "date-time"}

SCHEMAS: Final[Schema] = {
    "Todo": {
        "type": "object",
        "required": ["id", "title", "done", "due_on", "created_at", "done_at", "created_via"],
        "properties": {
            "id": {"type": "integer"},
            "title": TITLE,
            "done": {"type": "boolean"},
            "due_on": DUE_ON,
            "created_at": MOMENT,
            "done_at": {"type": ["string", "null"], "format": "date-time"},
            "created_via": {"type": ["string", "null"], "description": "The app that made it; null: the person."},
        },
    },
    "NewTodo": {
        "type": "object",
        "required": ["title"],
        "additionalProperties": False,
        "properties": {"title": TITLE, "due_on": DUE_ON},
    },
    "Change": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"title": TITLE, "done": {"type": "boolean"}, "due_on": DUE_ON},
    },
    "Page": {
        "type": "object",
        "required": ["todos", "next"],
        "properties": {
            "todos": {"type": "array", "items": _ref("schemas", "Todo")},
            "next": {"type": ["integer", "null"], "description": "The after of the next page; null on the last."},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["error", "message"],
        "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
    },
}

IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "With the same key and body, the first answer again (marked Idempotent-Replay: true); "
    "with the same key and another body, 422. Kept for 24 hours.",
}
TODO_ID: Final = {
    "name": "todo_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
}

LIST_QUERY: Final = [
    _query("after", {"type": "integer", "minimum": 0, "default": 0}, "Only todos with a larger id."),
    _query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "How many at most.",
    ),
    _query("done", {"type": "boolean"}, "Only todos that are done, or only open ones."),
]

PATHS: Final[Schema] = {
    "/todos": {
        "get": _operation(
            "List the user's todos, oldest first",
            READ,
            {"200": {"description": "One page.", "content": _json(_ref("schemas", "Page"))}},
            parameters=LIST_QUERY,
        ),
        "post": _operation(
            "Add a todo",
            WRITE,
            {"201": TODO, "422": _ref("responses", "Problem")} | BAD_BODY,
            parameters=[IDEMPOTENCY_KEY],
            requestBody={"required": True, "content": _json(_ref("schemas", "NewTodo"))},
        ),
    },
    "/todos/{todo_id}": {
        "parameters": [TODO_ID],
        "get": _operation("Read a todo", READ, {"200": TODO} | NOT_FOUND),
        "patch": _operation(
            "Change a todo; with done in it, the token must be allowed to complete, too",
            WRITE,
            {"200": TODO} | NOT_FOUND | BAD_BODY,
            requestBody={"required": True, "content": _json(_ref("schemas", "Change"))},
        ),
        "delete": _operation("Delete a todo", WRITE, {"204": {"description": "Gone."}} | NOT_FOUND),
    },
    "/todos/{todo_id}/complete": {
        "parameters": [TODO_ID],
        "post": _operation(
            "Complete a todo; completing it again changes nothing", WRITE, {"200": TODO} | NOT_FOUND
        ),
    },
}

DOCUMENT: Final[Schema] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Todo0 API",
        "version": "1",
        "description": "The todos of the person an access token acts for. Bodies are JSON objects in UTF-8 of at "
        f"most {MAX_BODY_BYTES} bytes.",
    },
    "paths": PATHS,
    "components": {
        "schemas": SCHEMAS,
        "responses": {
            "Problem": {
                "description": "What was expected and what was found. Token problems carry WWW-Authenticate.",
                "content": _json(_ref("schemas", "Problem")),
            }
        },
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt (RFC 9068)"},
            "dpop": {"type": "http", "scheme": "dpop", "description": "A key-bound token and a proof (RFC 9449)."},
        },
    },
}

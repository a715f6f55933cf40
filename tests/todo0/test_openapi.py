"""The hand-written OpenAPI document, held against the routes and against real answers."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.urls import get_resolver

from tests.todo0.conftest import Call, call_api
from todo0.api.openapi import DOCUMENT, PATHS, SCHEMAS

TODO = "/todos/{todo_id}"


def methods_of(path: str) -> set[str]:
    return {name.upper() for name in PATHS[path] if name != "parameters"}


def test_it_documents_every_path(db: None) -> None:
    routes = [
        str(pattern.pattern)
        for resolver in get_resolver().url_patterns
        if str(resolver.pattern) == "api/"
        for pattern in resolver.url_patterns
    ]
    documented = {path.lstrip("/") for path in PATHS}
    assert {re.sub(r"<todo:(\w+)>", r"{\1}", route) for route in routes} - {
        "openapi.json",
        "<path:elsewhere>",
    } == documented


@pytest.mark.parametrize("path", list(PATHS))
def test_it_documents_every_method(call: Call, path: str) -> None:
    allowed = call("PUT", path.replace("{todo_id}", "1"))["Allow"]
    assert set(allowed.split(", ")) == methods_of(path)


@pytest.mark.parametrize("path", list(PATHS))
def test_it_documents_the_scope_that_each_method_needs(redeem: Any, read_only: str, path: str) -> None:
    for method in methods_of(path):
        answer = call_api(method, path.replace("{todo_id}", "999"), Authorization=f"Bearer {read_only}")
        needed = PATHS[path][method.lower()]["security"][0]["bearer"]
        assert (answer.status_code == 403) == (needed == ["todos.write"]), (method, path)


def test_the_answers_fit_their_schemas(call: Call) -> None:
    todo = call("POST", "/todos", {"title": "Fits", "due_on": "2026-12-31"}).json()
    one = f"/todos/{todo['id']}"
    for answer in (todo, call("PATCH", one, {"done": True}).json(), call("GET", one).json()):
        see_fits(answer, SCHEMAS["Todo"])
    see_fits(call("GET", "/todos?limit=1").json(), SCHEMAS["Page"])
    for refused in (
        call("GET", "/todos/999999"),
        call("POST", "/todos", {"title": ""}),
        call_api("GET", "/todos"),
    ):
        see_fits(refused.json(), SCHEMAS["Problem"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/todos", {"title": "x"}, 201),
        ("POST", "/todos", {"title": ""}, 400),
        ("GET", "/todos", None, 200),
        ("GET", TODO, None, 404),
        ("PATCH", TODO, {"done": True}, 404),
        ("PATCH", TODO, {"done": 1}, 400),
        ("DELETE", TODO, None, 404),
        ("POST", f"{TODO}/complete", None, 404),
    ],
)
def test_the_statuses_are_documented(call: Call, method: str, path: str, body: Any, status: int) -> None:
    assert call(method, path.replace("{todo_id}", "999999"), body).status_code == status
    assert str(status) in PATHS[path][method.lower()]["responses"]


@pytest.mark.parametrize("path", ["/todos/0", "/todos/-1", "/todos/1.5", f"/todos/{10**18}", "/todos/", "/x"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_no_path_is_told_in_json(call: Call, method: str, path: str) -> None:
    answer = call(method, path)
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
    see_fits(answer.json(), SCHEMAS["Problem"])
    assert (
        call("GET", f"/todos/{10**18 - 1}").json()["message"].startswith("Expected the id of one of this user's")
    )


def test_every_reference_leads_somewhere() -> None:
    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", str(DOCUMENT)):
        assert name in DOCUMENT["components"][kind]


def see_fits(value: Any, schema: dict[str, Any]) -> None:
    """As much of JSON Schema as the document uses."""
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    python = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    assert any(type(value) is python[kind] for kind in kinds), (value, schema)
    if schema.get("format") == "date-time" and value:
        assert datetime.fromisoformat(value).tzinfo
    if isinstance(value, dict):
        assert set(schema["required"]) <= set(value)
        assert set(value) <= set(schema["properties"])
        for name, member in value.items():
            see_fits(member, schema["properties"][name])
    if isinstance(value, list):
        for item in value:
            see_fits(item, schema["items"])

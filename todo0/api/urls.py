"""The API's paths: which method needs which scope, and who handles it."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from todo0.api import todos
from todo0.api.endpoint import endpoint
from todo0.api.metadata import openapi

READ, WRITE = "todos.read", "todos.write"


class TodoId(IntConverter):
    regex = "[1-9][0-9]{0,17}"  # what a 64-bit column can hold


register_converter(TodoId, "todo")

urlpatterns = [
    path("todos", endpoint(GET=(READ, todos.list_todos), POST=(WRITE, todos.create_todo))),
    path(
        "todos/<todo:todo_id>",
        endpoint(GET=(READ, todos.get_todo), PATCH=(WRITE, todos.change_todo), DELETE=(WRITE, todos.delete_todo)),
    ),
    path("todos/<todo:todo_id>/complete", endpoint(POST=(WRITE, todos.complete_todo))),
    path("openapi.json", openapi, name="openapi"),
]

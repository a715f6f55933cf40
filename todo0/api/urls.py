"""The API's paths: which method is which action, and who handles it."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from todo0.api import todos
from todo0.api.endpoint import endpoint, unknown_path
from todo0.api.metadata import openapi


class TodoId(IntConverter):
    regex = "[1-9][0-9]{0,17}"  # what a 64-bit column can hold; ``openapi.TODO_ID`` says so


register_converter(TodoId, "todo")

urlpatterns = [
    path("todos", endpoint(GET=("read", todos.list_todos), POST=("create", todos.create_todo))),
    path(
        "todos/<todo:todo_id>",
        endpoint(
            GET=("read", todos.get_todo),
            PATCH=("change", todos.change_todo),
            DELETE=("delete", todos.delete_todo),
        ),
    ),
    path("todos/<todo:todo_id>/complete", endpoint(POST=("complete", todos.complete_todo))),
    path("openapi.json", openapi, name="openapi"),
    path("<path:elsewhere>", unknown_path),
]

"""The pages' paths. Every change is a POST of its own, so that all of it works without JavaScript."""

from django.urls import path

from todo0.todos import connected, history, home, listing, writing

urlpatterns = [
    path("", home.home, name="home"),
    path("todos", listing.todos, name="todos"),
    path("todos/rows", listing.rows, name="todo-rows"),
    path("todos/add", writing.add, name="todo-add"),
    path("todos/<int:todo_id>", history.history, name="todo-history"),
    path("todos/<int:todo_id>/complete", writing.complete, name="todo-complete"),
    path("todos/<int:todo_id>/reopen", writing.reopen, name="todo-reopen"),
    path("todos/<int:todo_id>/delete", writing.delete, name="todo-delete"),
    path("settings/connected", connected.connected, name="connected"),
    path("settings/connected/<int:application_id>/revoke", connected.revoke, name="connected-revoke"),
]

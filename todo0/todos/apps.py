"""The todo list as a Django app."""

from django.apps import AppConfig


class TodosConfig(AppConfig):
    name = "todo0.todos"

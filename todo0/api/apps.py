"""The REST API as a Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "todo0.api"
    label = "todo0_api"

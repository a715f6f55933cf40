"""The REST API as a Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "todo0.api"
    label = "todo0_api"

    def ready(self) -> None:
        from todo0.api import checks  # noqa: F401  # importing registers them

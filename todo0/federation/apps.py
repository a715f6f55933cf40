"""The enterprise connections as a Django app."""

from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "todo0.federation"
    verbose_name = "Enterprise connections"

    def ready(self) -> None:
        from todo0 import another_world  # noqa: F401  listens to the stage's signals

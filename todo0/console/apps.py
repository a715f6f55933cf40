"""Todo0's own pages for those who run it, as a Django app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "todo0.console"
    label = "console"

    def ready(self) -> None:
        from todo0.console import checks  # noqa: F401  # importing registers them

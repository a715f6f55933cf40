"""Jobs as a Django app, the sweeper that starts with every worker, and what a reset means here."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "agent0.jobs"
    label = "jobs"

    def ready(self) -> None:
        from agent0.jobs import another_world, sweeper  # noqa: F401  both listen to signals

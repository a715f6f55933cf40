"""Jobs as a Django app, and the sweeper that starts with every worker."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "agent0.jobs"
    label = "jobs"

    def ready(self) -> None:
        from agent0.jobs import sweeper  # noqa: F401  listens to Celery's signal that a worker is ready

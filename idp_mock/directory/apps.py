"""People, groups, apps and the enterprises they belong to."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "idp_mock.directory"
    label = "directory"

    def ready(self) -> None:
        from idp_mock import another_world  # noqa: F401  listens to the stage's signals

"""People, groups, apps and the enterprises they belong to."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "idp_mock.directory"
    label = "directory"

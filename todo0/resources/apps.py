"""The APIs as a Django app."""

from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "todo0.resources"
    verbose_name = "APIs"

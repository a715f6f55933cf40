"""The pre-flight as a Django app."""

from django.apps import AppConfig


class PreflightConfig(AppConfig):
    name = "stage.preflight"
    label = "preflight"

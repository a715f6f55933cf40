"""Break it, as a Django app."""

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    name = "stage.faults"
    label = "faults"

"""The launchpad as a Django app."""

from django.apps import AppConfig


class LaunchpadConfig(AppConfig):
    name = "stage.launchpad"
    label = "launchpad"

"""The kit as a Django app, for its stylesheet, scripts and template tags."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "stage.kit"
    label = "kit"

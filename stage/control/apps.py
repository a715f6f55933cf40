"""Control as a Django app."""

from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "stage.control"
    label = "control"

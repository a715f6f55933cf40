"""The flight recorder as a Django app."""

from django.apps import AppConfig


class RecorderConfig(AppConfig):
    name = "stage.recorder"
    label = "recorder"

"""The autopilot as a Django app."""

from django.apps import AppConfig


class AutopilotConfig(AppConfig):
    name = "stage.autopilot"
    label = "autopilot"

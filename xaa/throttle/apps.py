"""The app's name in Django."""

from django.apps import AppConfig


class ThrottleConfig(AppConfig):
    name = "xaa.throttle"
    label = "xaa_throttle"
    verbose_name = "Limits"

"""The setup by an enterprise's own admin, as a Django app."""

from django.apps import AppConfig


class SelfServiceConfig(AppConfig):
    name = "todo0.self_service"
    label = "self_service"

"""The enterprise connections as a Django app."""

from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "todo0.federation"
    verbose_name = "Enterprise connections"

"""The authorization server as a Django app."""

from django.apps import AppConfig


class AuthserverConfig(AppConfig):
    name = "todo0.authserver"
    verbose_name = "Authorization server"

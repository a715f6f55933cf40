"""The signing keys of every enterprise."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "idp_mock.keys"
    label = "keys"

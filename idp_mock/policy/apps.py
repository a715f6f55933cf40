"""Who may use which app for which app."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "idp_mock.policy"
    label = "policy"

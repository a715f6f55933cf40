"""The log of redemptions and its bench, as a Django app."""

from django.apps import AppConfig


class AssertionsConfig(AppConfig):
    name = "todo0.assertions"
    label = "assertions"

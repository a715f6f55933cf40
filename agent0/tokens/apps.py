"""Tokens as a Django app."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "agent0.tokens"
    label = "tokens"

    def ready(self) -> None:
        from agent0.tokens import sealing

        sealing.check_keys()

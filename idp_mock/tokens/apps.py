"""Token endpoint, one file a grant, and what it issues."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "idp_mock.tokens"
    label = "idp_tokens"

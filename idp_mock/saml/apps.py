"""Apps that sign people in by SAML."""

from django.apps import AppConfig


class SamlConfig(AppConfig):
    name = "idp_mock.saml"
    label = "saml"

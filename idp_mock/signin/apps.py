"""Browser side: sign-in, the authorization endpoint, sign-out."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "idp_mock.signin"
    label = "idp_signin"

"""The sign-in as a Django app."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "xaa.signin"
    label = "xaa_signin"
    verbose_name = "Sign-in at the enterprise's IdP"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xaa.signin import checks  # noqa: F401  registers the system checks

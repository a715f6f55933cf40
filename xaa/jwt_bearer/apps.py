"""The app's name in Django, and its system checks."""

from django.apps import AppConfig


class JwtBearerConfig(AppConfig):
    name = "xaa.jwt_bearer"
    label = "xaa_jwt_bearer"
    verbose_name = "Cross App Access: JWT bearer grant"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xaa.jwt_bearer import checks  # noqa: F401  registers the system checks

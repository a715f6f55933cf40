"""The kit as a Django app, for its stylesheet, scripts and template tags, and for what a stage can break."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class KitConfig(AppConfig):
    name = "stage.kit"
    label = "kit"

    def ready(self) -> None:
        """What a party can break, it learns here, where there is a stage; elsewhere that code is never loaded."""
        if settings.STAGE_KEY and (faults := getattr(settings, "FAULTS", "")):
            import_module(faults)

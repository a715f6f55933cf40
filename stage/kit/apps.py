"""The kit as a Django app, for its stylesheet, scripts and template tags, and what it remembers of a world."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.conf import settings


class KitConfig(AppConfig):
    name = "stage.kit"
    label = "kit"

    def ready(self) -> None:
        """What a party can break, it learns here, where there is a stage; elsewhere that code is never loaded."""
        from stage.kit.signals import world_changed

        world_changed.connect(forget)
        if settings.STAGE_KEY and (faults := getattr(settings, "FAULTS", "")):
            import_module(faults)


def forget(**_signal: Any) -> None:
    from stage.kit.telemetry import raw_tokens

    raw_tokens.forget()

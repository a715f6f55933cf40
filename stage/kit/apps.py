"""The kit as a Django app, for its stylesheet, scripts and template tags, and what it remembers of a world."""

from typing import Any

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "stage.kit"
    label = "kit"

    def ready(self) -> None:
        from stage.kit.signals import world_changed

        world_changed.connect(forget)


def forget(**_signal: Any) -> None:
    from stage.kit.telemetry import raw_tokens

    raw_tokens.forget()

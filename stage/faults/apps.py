"""Break it, as a Django app."""

from django.apps import AppConfig
from django.conf import settings


class FaultsConfig(AppConfig):
    name = "stage.faults"
    label = "faults"

    def ready(self) -> None:
        if settings.STAGE_KEY:
            from stage.faults.one_shot import disarm_spent
            from stage.recorder.receiver import records_arrived

            records_arrived.connect(disarm_spent)

"""Where a party keeps what the stage has told it, and what it has to put back (docs/decisions/0009).

Deliberately does not: give the JSON a meaning; ``stage.kit.state`` and the party's faults do.
"""

from typing import Final

from django.db import models


class StageState(models.Model):
    THE_ONE: Final = 1

    state = models.JSONField(default=dict)

    def __str__(self) -> str:
        return "what the stage has told this party"


class Found(models.Model):
    """How something was before a fault changed it, so that it can be put back exactly (``stage.kit.faults``)."""

    name = models.CharField(max_length=40, primary_key=True)
    rows = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} as it was"


class HeldCall(models.Model):
    """One call that waits at the gate (``stage.kit.gate``), in real seconds. Deleting the row lets it go.

    ``said`` is what it is about to send, without its secrets (``stage.kit.telemetry.preview``).
    """

    method = models.CharField(max_length=10)
    url = models.CharField(max_length=500)
    trace_id = models.CharField(max_length=32, blank=True)
    said = models.JSONField(default=dict)
    since = models.FloatField()
    seen_at = models.FloatField()

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

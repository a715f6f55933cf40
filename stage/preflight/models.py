"""What the last pre-flights found: for the launchpad, and for whoever asks what has changed since.

Deliberately does not: hold evidence. The flights that were flown are in the recorder.
"""

from django.db import models


class Preflight(models.Model):
    """``findings`` is what ``checks.Finding`` says, in the order of the checks."""

    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    findings = models.JSONField()

    def __str__(self) -> str:
        return f"{self.started_at:%H:%M:%S} {'go' if self.is_go else 'no-go'}"

    @property
    def is_go(self) -> bool:
        return all(one["is_well"] for one in self.findings)

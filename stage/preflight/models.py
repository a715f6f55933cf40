"""What the last pre-flights found: for the launchpad, its own page, and whoever asks what has changed since.

Deliberately does not: hold evidence. The flights that were flown are in the recorder.
"""

from typing import Any

from django.db import models

from stage.preflight.titles import GOES_WELL


class Preflight(models.Model):
    """``findings`` is what ``finding.Finding`` says, in the order of the checks."""

    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    findings = models.JSONField()

    def __str__(self) -> str:
        return f"{self.started_at:%H:%M:%S} {'go' if self.is_go else 'no-go'}"

    @property
    def is_go(self) -> bool:
        return all(one["is_well"] for one in self.findings)

    @property
    def seconds(self) -> str:
        return f"{self.milliseconds / 1000:.1f}"

    def trace_of(self, title: str) -> str:
        """The flight that the finding of this title flew, if it went as it should: a tape of it."""
        return next((one["trace_id"] for one in self.findings if one["title"] == title and one["is_well"]), "")

    @property
    def tape(self) -> str:
        """The whole flow as the first flight recorded it, for a presenter whom something live has failed."""
        return self.trace_of(GOES_WELL)

    @property
    def ill(self) -> list[dict[str, Any]]:
        """What somebody has to mend. What was not tried comes well by itself, or says so the next time."""
        return [one for one in self.findings if not one["is_well"] and one.get("is_tried", True)]

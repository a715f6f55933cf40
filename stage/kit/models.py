"""Where a party keeps what the stage has told it: one row of JSON (docs/decisions/0009).

Deliberately does not: give the JSON a meaning; ``stage.kit.state`` does.
"""

from typing import Final

from django.db import models


class StageState(models.Model):
    THE_ONE: Final = 1

    state = models.JSONField(default=dict)

    def __str__(self) -> str:
        return "what the stage has told this party"

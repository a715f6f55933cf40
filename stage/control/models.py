"""What the stage knows of the world beside the state that it shares with every party (``kit.StageState``).

Deliberately does not: repeat that state. The stage holds the truth in the same row that each party has of it.
"""

from django.db import models


class Skew(models.Model):
    """One party's clock goes wrong by so many seconds, for a fault of its own. No row: with the world's."""

    place = models.CharField(max_length=20, primary_key=True)
    seconds = models.FloatField()

    def __str__(self) -> str:
        return f"{self.place} {self.seconds:+.0f} s"


class WorldChange(models.Model):
    """From ``at`` on, in real time, it is the world ``world``: a new one after a reset, the former after an undo.

    Rows are added and never changed, as evidence is: which record is of which world follows from its time.
    """

    class Kind(models.TextChoices):
        RESET = "reset"
        UNDO = "undo"

    at = models.DateTimeField()
    kind = models.CharField(max_length=5, choices=Kind)
    world = models.CharField(max_length=16, blank=True)
    former = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} to {self.world or 'the first world'}"

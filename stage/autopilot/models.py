"""Flights: the flow, run by the stage in a person's name, from signed out to the last word of Agent0.

Deliberately does not: repeat what went over the wire. The recorder has that, under the flight's trace.
"""

import uuid

from django.db import models


class Flight(models.Model):
    """``person`` is a key of the cast, ``words`` what she says to Agent0, ``note`` what she sees in the end."""

    class State(models.TextChoices):
        FLYING = "flying"
        LANDED = "landed"
        LOST = "lost"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4)
    trace_id = models.CharField(max_length=32)
    person = models.CharField(max_length=40)
    words = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.FLYING)
    step = models.CharField(max_length=200, blank=True)
    badge = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person}: {self.words} ({self.state})"

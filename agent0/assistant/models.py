"""A turn of the conversation: what the person said, and what Agent0 answered or started.

Deliberately does not: repeat the Run. A turn with a Run shows the Run's own state, so the two cannot disagree.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone


class Turn(models.Model):
    """``uuid`` comes from the form, made when the page was rendered: a form sent twice is one turn, not two."""

    uuid = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="turns")
    run = models.OneToOneField("jobs.Run", models.CASCADE, null=True, blank=True, related_name="turn")
    words = models.CharField(max_length=500)
    answer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["user", "-created_at"], name="assistant_turn_user_created")]

    def __str__(self) -> str:
        return self.words[:40]

"""A todo, and everything that happened to it.

In the flow this is the protected resource. Each row says who made it: the owner, or an app acting for the
owner, vouched for by an IdP. Names of apps are copied, so that the story stays readable after an app is
removed.

Deliberately does not: know tokens. A history row carries the fingerprint of the access token that was used,
by which an audience can follow one token across screens, and nothing that could be replayed.
"""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models

TITLE_LENGTH = 200


class Todo(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="todos")
    title = models.CharField(max_length=TITLE_LENGTH, validators=[MaxLengthValidator(TITLE_LENGTH)])
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    created_via = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_via_name = models.CharField(max_length=255, blank=True)
    created_by_issuer = models.CharField(max_length=255, blank=True)
    completed_via_name = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "id"], name="todo_owner_id")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def source(self) -> str:
        """``you``, or the name of the app that made it for you."""
        return self.created_via_name or "you"


class TodoChange(models.Model):
    """One line of a todo's history. Outlives the todo, so that a deletion has a trace, too."""

    class Action(models.TextChoices):
        ADDED = "added"
        RENAMED = "renamed"
        RESCHEDULED = "rescheduled"
        COMPLETED = "completed"
        REOPENED = "reopened"
        DELETED = "deleted"

    todo = models.ForeignKey(Todo, on_delete=models.SET_NULL, null=True, related_name="changes")
    title = models.CharField(max_length=TITLE_LENGTH)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=12, choices=Action.choices)
    at = models.DateTimeField()
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    client_name = models.CharField(max_length=255, blank=True)
    issuer = models.CharField(max_length=255, blank=True)
    scope = models.CharField(max_length=255, blank=True)
    token_fingerprint = models.CharField(max_length=16, blank=True)
    acting = models.CharField(max_length=255, blank=True)
    trace_id = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.action} {self.title}"

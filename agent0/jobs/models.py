"""Run and Step: the truth about what Agent0 was asked to do, did, and may not do.

In the flow: a page creates a Run; the worker takes it under a lease, records a Step for each leg (over MCP: find
out who guards it →; need a token → ask the IdP for an ID-JAG → present it at the resource app → call the API) and
closes the Run with an outcome.

Deliberately does not: hold a token, or the broker's task id. A Run is found and resumed by its own state
alone.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from agent0.ways import Way


class Run(models.Model):
    """One thing asked of Agent0. ``idempotency_key`` names it at the API, however often it is attempted."""

    class Kind(models.TextChoices):
        LIST = "list_todos"
        ADD = "create_todo"
        COMPLETE = "complete_todo"
        DELETE_ALL = "delete_all_todos"

    class State(models.TextChoices):
        WAITING_CONFIRMATION = "waiting_confirmation"
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"

    ACTIVE = (State.QUEUED, State.RUNNING)
    CLOSED = (State.DONE, State.REFUSED, State.FAILED)

    uuid = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="runs")
    session = models.ForeignKey("tokens.SigninSession", models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=32, choices=Kind)
    way = models.CharField(max_length=4, choices=Way, default=Way.REST)
    arguments = models.JSONField(default=dict, blank=True)
    # The todos this Run was found to mean, pinned before the first of them is touched: a second attempt
    # works on the same ones, not on whatever the list says by then.
    targets = models.JSONField(null=True, blank=True)
    idempotency_key = models.UUIDField(default=uuid4, editable=False)
    stepped_up = models.BooleanField(default=False)
    """The person has signed in anew for it, as somebody asked. That is done once for one request of hers."""
    state = models.CharField(max_length=24, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    waits = models.PositiveIntegerField(default=0)
    """How many of the attempts ended with "not so many" (429), which is nobody's failure."""
    lease_owner = models.CharField(max_length=32, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    waiting_for = models.CharField(max_length=32, blank=True)
    outcome = models.JSONField(default=dict, blank=True)
    traceparent = models.CharField(max_length=55, blank=True)
    """Where it was last asked for, so that whatever is done for it later is told in the same trace."""
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="jobs_run_user_created"),
            models.Index(fields=["state", "lease_expires_at"], name="jobs_run_state_lease"),
        ]

    def __str__(self) -> str:
        return f"Run {self.uuid} {self.kind} {self.state}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class Step(models.Model):
    """One leg of one attempt. ``detail`` holds fingerprints, scopes and codes, never a token."""

    class Name(models.TextChoices):
        DISCOVER = "discover"
        NEED_TOKEN = "need_token"
        ASK_IDP = "ask_idp"
        PRESENT = "present"
        CALL_API = "call_api"

    class State(models.TextChoices):
        RUNNING = "running"
        PASSED = "passed"
        FAILED = "failed"

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    attempt = models.PositiveIntegerField()
    ordinal = models.PositiveIntegerField()
    name = models.CharField(max_length=16, choices=Name)
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    detail = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    """How long it took, by a clock that nobody sets or holds; None as long as it goes on."""

    class Meta:
        ordering = ["attempt", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["run", "attempt", "ordinal"], name="jobs_step_once_per_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.ordinal}. {self.name} {self.state}"

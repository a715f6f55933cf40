"""Answers already given, so that a repeated request is answered and not carried out again.

In the flow: Agent0's worker may be killed between sending ``POST /api/todos`` and noting the answer. It
repeats the request with the same ``Idempotency-Key`` and gets the first answer, so nothing is lost and
nothing doubled. (draft-ietf-httpapi-idempotency-key-header)

Deliberately does not: keep answers longer than ``KEPT_FOR``; a key that old counts as new.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models

KEPT_FOR = timedelta(hours=24)


class IdempotentRequest(models.Model):
    """One key of one client acting for one user. The unique constraint is what makes two racing requests one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "client", "key"], name="one_answer_per_idempotency_key")
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.created_at:%Y-%m-%d %H:%M}"

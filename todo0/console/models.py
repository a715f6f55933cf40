"""What Todo0's administrators changed: one row a change, with the state before and after it.

In the flow a change counts from the next request on, so this is also the answer to *since when*. A thing's
version is the number of its newest row, and the constraint lets each number be used once: of two who save over
one version, in any two processes, one finds it taken.

Deliberately does not: hold a secret. What cannot be shown is told as a fingerprint.
"""

from django.conf import settings
from django.db import models


class Change(models.Model):
    kind = models.CharField(max_length=20)
    """What was changed: the name of a ``todo0.console.changes.Kind``."""
    object_pk = models.BigIntegerField()
    object_name = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_pk", "version"], name="console_one_change_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_name}, version {self.version}"

"""How often something failed lately, and how much more may succeed: one row for whoever is counted.

Deliberately does not: hold a client id, a login or an address. ``digest`` is SHA-256 over what is counted, so that
the table is no list of who tries what from where; and people type passwords into login fields.
"""

from django.db import models


class FailedAttempts(models.Model):
    """``count`` attempts failed in the window that ends at ``ends_at``; after that the row says nothing."""

    digest = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "failed attempts"

    def __str__(self) -> str:
        return f"{self.count} failed, until {self.ends_at:%H:%M:%S}"


class Bucket(models.Model):
    """A token bucket, as the moment at which it is full again, in microseconds since 1970 (``bucket.py``).

    ``refused`` came in a row since the last that was admitted. ``spacing`` and ``burst`` are an admin's own values
    for this bucket; null is what the settings say.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    full_at = models.BigIntegerField()
    refused = models.PositiveIntegerField(default=0)
    spacing = models.PositiveBigIntegerField(null=True, blank=True)
    burst = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.refused} refused in a row"

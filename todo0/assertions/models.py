"""The log of redemptions: each that a known client tried, with the verdict of every check, R1 to R15.

Of those that came too fast it has the first, with who came in the minute before.

In the flow the row is written before the answer leaves, so no token goes out that is not in here. Names are
copied, not referenced: a log outlives what it names.

Deliberately does not: hold an assertion, a token or a secret, or believe one that nobody vouched for. Issuer,
subject and ``jti`` are kept from the signature on (check R6); before it they are only in the note of the check
that refused.
"""

from django.db import models


class Redemption(models.Model):
    class Event(models.TextChoices):
        """Auth0's words, so that whoever reads its logs can read these."""

        SUCCEEDED = "idjag_exchange_succeeded"
        FAILED = "idjag_exchange_failed"
        NO_ID_JAG = "jwt_bearer_exchange_failed"  # what came says of itself that it is none (R3, R4)
        LIMIT = "api_limit"  # told to come back later, unread; at most one row a minute and client

    at = models.DateTimeField(db_index=True)
    event = models.CharField(max_length=40, choices=Event.choices)
    client_id = models.CharField(max_length=255)
    issuer = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    person_name = models.CharField(max_length=150, blank=True)
    jti = models.CharField(max_length=255, blank=True)
    scope_claimed = models.CharField(max_length=500, blank=True)
    scope_granted = models.CharField(max_length=500, blank=True)
    resource = models.CharField(max_length=500, blank=True)
    refused_by = models.CharField(max_length=4, blank=True)
    error = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    checks = models.JSONField(default=list)
    """One ``{"number", "title", "outcome", "note"}`` a check, in the order in which they run."""
    facts = models.JSONField(default=dict)
    """What other rules would have turned on: ``lifetime`` and the like, all of it numbers and yes or no."""
    trace_id = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["event", "-id"], name="redemption_by_event"),
            models.Index(fields=["client_id", "-id"], name="redemption_by_client"),
            models.Index(fields=["issuer", "-id"], name="redemption_by_issuer"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.event}"

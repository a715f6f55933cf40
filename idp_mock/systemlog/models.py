"""The system log: every decision of this IdP, allowed or denied, in one place that the enterprise owns.

In the flow it is the last step of a token exchange, before the answer leaves: no ID-JAG goes out that is not in
here (``protocol.md`` TX-34). Names are copied, not referenced: a log outlives what it names.

Deliberately does not: hold a token, a secret or a claim set. An ID-JAG appears as its ``jti``.
"""

from django.db import models

from idp_mock.directory.models import Enterprise

EVENT_ID_JAG = "app.oauth2.token.grant.id_jag"  # Okta's word for it, so that a log shipper needs no translation
EVENT_REFRESH_TOKEN = "app.oauth2.token.grant.refresh_token"
EVENT_CONNECTION = "policy.xaa.connection.update"
EVENT_RESOURCE_SERVER = "application.lifecycle.update"
EVENT_DOMAIN = "website.domain_file.update"
EVENT_STOP, EVENT_RESUME = "policy.lifecycle.deactivate", "policy.lifecycle.activate"
EVENT_SECRET = "app.oauth2.credentials.lifecycle.create"
EVENT_KEY_ROTATION = "app.oauth2.key.rollover"
EVENT_KEY_ANNOUNCED, EVENT_KEY_RETIRED = "key.announce", "key.retire"


class Event(models.Model):
    class Outcome(models.TextChoices):
        ALLOWED = "allowed"
        DENIED = "denied"

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    event_type = models.CharField(max_length=100)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    person_sub = models.CharField(max_length=255, blank=True)
    person_name = models.CharField(max_length=100, blank=True)
    by_sub = models.CharField(max_length=255, blank=True)
    by_name = models.CharField(max_length=100, blank=True)
    """The admin who did it to the person; empty when nobody did, or the person herself."""
    requesting_client_id = models.CharField(max_length=255, blank=True)
    requesting_app_name = models.CharField(max_length=100, blank=True)
    audience = models.CharField(max_length=500, blank=True)
    resource_app_name = models.CharField(max_length=100, blank=True)
    resource = models.CharField(max_length=500, blank=True)
    scope_asked = models.CharField(max_length=500, blank=True)
    scope_granted = models.CharField(max_length=500, blank=True)
    details_asked = models.CharField(max_length=1000, blank=True)
    details_granted = models.CharField(max_length=1000, blank=True)
    """``authorization_details`` as JSON (RFC 9396 §2), or the beginning of them."""
    refused_by = models.CharField(max_length=4, blank=True)
    """The number of the check that refused (``I9``); empty when all passed."""
    error = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    checks = models.JSONField(default=list, blank=True)
    """One ``{"number", "title", "outcome", "note"}`` a check, in the order in which they run."""
    jti = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    """Of an ID-JAG: until when it can be redeemed."""
    quota_month = models.DateField(null=True, blank=True)
    quota_number = models.PositiveIntegerField(null=True, blank=True)
    """Of an ID-JAG under a quota: which one of this month it is, for this person at this audience. There is one of
    each, so of two that are issued at once the second takes the next number, if there is one left."""
    request = models.JSONField(default=dict, blank=True)
    """Where it came from: ``address``, ``user_agent``, ``path``, ``trace``; empty for what no request caused."""

    class Meta:
        indexes = [
            models.Index(fields=["enterprise", "-at"], name="event_newest_first"),
            models.Index(fields=["enterprise", "person_sub", "-at"], name="event_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "person_sub", "audience", "quota_month", "quota_number"],
                condition=models.Q(quota_number__isnull=False),
                name="one_id_jag_a_number_of_a_quota",
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.event_type} {self.outcome}"

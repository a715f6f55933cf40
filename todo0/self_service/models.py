"""An invitation to set up one connection, with all that has been entered so far, and the domains it may claim.

In the flow this stands before a connection. What an enterprise's admin enters is kept here and nowhere else until
every proof is there; only then does a ``Connection`` come of it. So nobody occupies an issuer or a domain by
typing it in, and no half-made row is ever among those that sign-in and ID-JAGs read.

Link and browser are known by hashes: whoever reads this table can open nothing with it.

Deliberately does not: hold a secret in the clear. The client secret is sealed as a connection's is.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac

from todo0.federation.models import Connection, SealedClientSecret


class Invitation(SealedClientSecret):
    """One enterprise, one link, one browser, one connection."""

    class State(models.TextChoices):
        WAITING = "waiting", "link not used yet"
        UNDER_WAY = "under way", "under way"
        EXPIRED = "expired", "expired"
        REVOKED = "revoked", "withdrawn"
        FINISHED = "finished", "finished"

    name = models.CharField(max_length=100)
    slug = models.SlugField()
    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        null=True,
        related_name="invitations",
        help_text="Its draft, or what came of it.",
    )
    xaa_enabled = models.BooleanField(default=False)
    preset = models.CharField(max_length=20, blank=True)
    link_hash = models.CharField(max_length=64, unique=True)
    browser_hash = models.CharField(max_length=64, blank=True, db_index=True)
    challenge = models.CharField(max_length=64)
    """What the web server of a domain must say. New with every link, so that no old answer counts."""
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    issuer = models.CharField(max_length=255, blank=True)
    algorithms = models.CharField(max_length=40, blank=True)
    client_id = models.CharField(max_length=255, blank=True)
    client_secret_sealed = models.TextField(blank=True)
    tried_by = models.EmailField(blank=True)
    tried_with = models.CharField(max_length=64, blank=True)
    """``fingerprint`` of what was entered when the test sign-in passed: with any other value it is void."""

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_registered(self) -> bool:
        """Client id and secret are there, for the issuer that is entered now."""
        return bool(self.issuer and self.client_id and self.client_secret_sealed)

    @property
    def is_tried(self) -> bool:
        return self.is_registered and bool(self.tried_with) and self.tried_with == self.fingerprint()

    def fingerprint(self) -> str:
        """Of all that a sign-in stands on. Keyed, so that it gives nothing away of the secret in it."""
        values = (self.issuer, self.algorithms, self.client_id, self.client_secret)
        text = "".join(f"{len(value)}:{value}" for value in values)
        return salted_hmac("todo0.self_service.fingerprint", text, algorithm="sha256").hexdigest()

    def state_at(self, now: datetime) -> "Invitation.State":
        state = self.State
        if self.revoked_at:
            return state.REVOKED
        if self.finished_at:
            return state.FINISHED
        if self.expires_at <= now:
            return state.EXPIRED
        return state.UNDER_WAY if self.begun_at else state.WAITING


class ClaimedDomain(models.Model):
    """A domain that the enterprise may claim. Proved by one that is under way, it is nobody else's to prove."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253)
    proved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["invitation", "domain"], name="self_service_each_domain_once"),
            models.UniqueConstraint(
                fields=["domain"],
                condition=models.Q(proved_at__isnull=False),
                name="self_service_one_proof_a_domain",
            ),
        ]

    def __str__(self) -> str:
        return self.domain

"""An enterprise's signing keys, from announced to retired.

``next`` is published but does not sign yet, so that every cache has it before the first token (OpenID Connect
Core §10.1.1); ``active`` signs; ``retiring`` no longer signs, but stays published until the last token it signed
has expired; ``retired`` is gone from the JWKS and only still recognises old ``id_token_hint``s at sign-out.
"""

from django.db import models

from idp_mock.directory.models import Enterprise


class SigningKeyRecord(models.Model):
    class Status(models.TextChoices):
        NEXT = "next"
        ACTIVE = "active"
        RETIRING = "retiring"
        RETIRED = "retired"

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="signing_keys")
    kid = models.CharField(max_length=64, unique=True)
    alg = models.CharField(max_length=10)
    public_jwk = models.JSONField()
    private_pem = models.TextField()
    """Sealed, see ``idp_mock.keys.sealing``."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NEXT)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    retiring_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "alg"], condition=models.Q(status="active"), name="one_active_key_per_alg"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kid} ({self.alg}, {self.status})"


class KeyFetch(models.Model):
    """One program that read the enterprise's keys: when last, and which state of them it got then.

    The keys are for everybody, so nobody is asked who she is: address and name are what the connection and the
    program itself say.
    """

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="key_fetches")
    digest = models.CharField(max_length=64)
    """SHA-256 of address and name, which are too long for an index."""
    address = models.CharField(max_length=45)
    user_agent = models.CharField(max_length=300)
    at = models.DateTimeField()
    keyring = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "digest"], name="one_fetch_per_program"),
        ]

    def __str__(self) -> str:
        return f"{self.user_agent} at {self.at:%Y-%m-%d %H:%M:%S}"

"""What the grant remembers: which clients may use it, which ID-JAGs were redeemed, which DPoP proofs were used.

django-oauth-toolkit's own models stay as they are, unswapped: a client's permission stands beside its
``Application`` instead of in it.
"""

from django.db import models
from oauth2_provider.settings import oauth2_settings


class CrossAppClient(models.Model):
    """A client that may redeem ID-JAGs here, and the scopes it may get by them."""

    application = models.OneToOneField(
        oauth2_settings.APPLICATION_MODEL, on_delete=models.CASCADE, related_name="cross_app_access"
    )
    allowed_scopes = models.TextField(help_text="Space-separated, as in a token request.")

    class Meta:
        verbose_name = "cross-app client"

    def __str__(self) -> str:
        return f"{self.application_id} may get {self.allowed_scopes}"


class RedeemedIdJag(models.Model):
    """One row a redeemed ID-JAG. Its primary key is what makes a second redemption impossible, in any process.

    ``digest`` is SHA-256 over issuer and ``jti``: short, of one length, and free of whatever a ``jti`` may hold.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True, help_text="After this, exp and leeway refuse it anyway.")

    class Meta:
        verbose_name = "redeemed ID-JAG"

    def __str__(self) -> str:
        return f"redeemed, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class UsedProof(models.Model):
    """One row a DPoP proof that was accepted, by the token endpoint or an API of this server (RFC 9449 §11.1).

    ``digest`` is ``xaa.dpop.Proof.digest``: key, address and serial number in one.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True, help_text="After this, its iat refuses it anyway.")

    class Meta:
        verbose_name = "used DPoP proof"

    def __str__(self) -> str:
        return f"used, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"
